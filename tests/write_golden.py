"""Write the golden documents anew. Look at the difference before you commit it."""

from test_golden import GOLDEN, documents

if __name__ == "__main__":
    for name, body in documents().items():
        path = GOLDEN / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(body)
