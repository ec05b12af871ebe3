"""What feedpress is measured beside: other ways to serve a feed, as WSGI apps."""
