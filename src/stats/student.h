/* Student's t distribution, by the regularised incomplete beta function.
 *
 * P(|T| >= |t|) with df degrees of freedom is I_x(df/2, 1/2) with x = df/(df + t^2)
 * (Abramowitz & Stegun 26.7.1, 26.5.27).  The beta function is summed as a continued
 * fraction by the modified Lentz method (Numerical Recipes, 2nd ed., 6.4).  Degrees of
 * freedom need not be whole (Welch). */
#ifndef BK_STATS_STUDENT_H
#define BK_STATS_STUDENT_H

/* I_x(a, b) for a, b > 0 and 0 <= x <= 1; NAN outside. Relative error about 1e-13. */
double bk_beta_regularised(double a, double b, double x);

/* Two-sided p of t: P(|T| >= |t|). df > 0; NAN otherwise. */
double bk_student_p(double t, double df);

/* The t with P(T <= t) = q, for 0 < q < 1 and df > 0; NAN outside.  By Newton's method. */
double bk_student_quantile(double q, double df);

/* P(T' >= t) of the noncentral t: T' = (Z + delta) / S with Z normal and S^2 = chi2_df /
 * df, so P = E[Phi(delta - t S)].  The mean over S by the trapezoid rule in ln S, whose
 * error falls exponentially; absolute error under 1e-9 for |delta| <= 40.  df > 0; NAN
 * otherwise. */
double bk_student_noncentral_above(double t, double df, double delta);

#endif
