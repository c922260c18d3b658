"""The intake while what it needs is away, hangs or comes back, and while clients go away or come in crowds."""
