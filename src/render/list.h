/* The one list of outputs: X(name behind bk_renderer_). */
