/* The one list of outputs: X(name behind bk_renderer_). */
X(text)
X(csv)
X(json)
X(ndjson)
X(md)
X(junit)
X(github)
