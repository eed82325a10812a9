"""The same through a browser, without a line of JavaScript needed."""
