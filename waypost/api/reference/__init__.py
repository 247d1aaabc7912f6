"""The API described: words and examples of each call, the pieces of OpenAPI, the pages for people and for programs."""
