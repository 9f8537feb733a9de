/* From P-values to the glass: the Grayscale Standard Display Function (PS3.14 7.1), the calibration of one display
 * against it, and how well the display follows. Luminance in cd/m2. Thread: any, no state. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NEG_JND_MIN 1.0
#define NEG_JND_MAX 1023.0

double neg_gsdf_get_luminance (double jnd);  /* 1 .. 1023; beyond: of the limit */
double neg_gsdf_get_jnd (double luminance);  /* by iteration on the above where round trips matter: the exact inverse */
double neg_gsdf_get_jnd_approximate (double luminance); /* the standard's inverse polynomial */

/* What was measured: driving level (0..1 of the greatest) and luminance of the glass in a dark room, levels strictly
 * rising from 0 to 1, luminance not falling. */
typedef struct {
  guint n;
  double *levels, *luminances;
  double ambient; /* what the glass reflects; added to all */
  char *name;     /* of the display, as a person knows it; nullable */
  char *measured_on; /* ISO date; nullable */
} NegLuminanceTable;

void neg_luminance_table_free (NegLuminanceTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegLuminanceTable, neg_luminance_table_free)

/* Two columns (level as 0..255, 0..1023, 0..65535 or 0..1 as the last line tells; luminance), separated by blanks,
 * commas or semicolons; "#" begins a comment, "# ambient 0.3", "# name ..." and "# date 2026-01-31" are understood. 2 to
 * 4096 lines. NEG_ERROR_INCONSISTENT names the line that is wrong, also as its "where": "line 3". */
NegLuminanceTable *neg_luminance_table_parse (const char *text, gsize length, GError **error);
char *neg_luminance_table_to_text (const NegLuminanceTable *table);

/* P-value 0..1 -> driving level 0..1, at equal steps. */
#define NEG_CURVE_STEPS 1024
struct _NegDisplayCurve {
  float levels[NEG_CURVE_STEPS + 1];
};
typedef struct _NegDisplayCurve NegDisplayCurve;

/* NEG_ERROR_INCONSISTENT for a table that cannot be one (falling, fewer than 2 entries, no contrast). */
gboolean neg_display_curve_init (NegDisplayCurve *curve, const NegLuminanceTable *table, GError **error);
float neg_display_curve_apply (const NegDisplayCurve *curve, float p);

/* How a display with @table behaves when driven through @curve (NULL: directly) in @n_steps equal steps of P: the
 * contrast response of PS3.14 Annex C / AAPM TG18 4.3: per step the JND index reached, and (dL/L)/JND against the
 * standard's. */
typedef struct {
  guint n_steps;
  double *jnds;              /* n_steps + 1 */
  double *luminances;        /* n_steps + 1, ambient included */
  double *contrast_errors;   /* n_steps: relative deviation of the contrast of a step from the standard's, 0: exact */
  double greatest_error;     /* of them, absolute */
  double jnd_mean, jnd_sd;   /* JNDs of a step (LUM conformance, Annex C) */
  double luminance_min, luminance_max, ratio;
} NegConformance;

void neg_conformance_init (NegConformance *conformance, const NegLuminanceTable *table, const NegDisplayCurve *curve,
                           guint n_steps);
void neg_conformance_clear (NegConformance *conformance);

G_END_DECLS
