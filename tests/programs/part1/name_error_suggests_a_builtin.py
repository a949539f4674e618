# A misspelt built-in gets a suggestion too.
prnt("hello")
