/* The one list of questions, in the order of 'benchkeep help': X(name behind
 * bk_question_). */
