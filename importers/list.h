/* The one list of importers:  * bk_importer_). */
X(k6_summary)
X(k6_text)
X(name of the file and of the descriptor behind
X(prometheus)
X(report)
X(sizing)
X(sweep)
X(timing_log)
