/* The one list of importers: X(name of the file and of the descriptor behind
 * bk_importer_). */
X(k6_text)
