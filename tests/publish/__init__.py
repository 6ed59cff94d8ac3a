"""What a stranger's machines will say of the collection, told before them: ``make publish-check``."""
