"""Write the golden documents anew. Look at the difference before you commit it."""

from pathlib import Path

from test_golden import documents

if __name__ == "__main__":
    for name, body in documents().items():
        (Path(__file__).parent / "data" / "golden" / name).write_bytes(body)
