/* Which order a message means: accession number with the step, then placer, then filler number, of one patient. */
#include "config.h"

#include "store/neg-orders-private.h"

#include <string.h>

#define CANDIDATES "100" /* rows of one number: more are no order's */

static gboolean
is_said (const char *text)
{
  return text != NULL && *text != '\0';
}

static const char *
text_or_none (const char *text)
{
  return text != NULL ? text : "";
}

static gboolean
differ (const char *a, const char *b)
{
  return is_said (a) && is_said (b) && strcmp (a, b) != 0;
}

/* --- candidates --- */

typedef struct {
  NegDatabase *database;
  const NegOrderNumbers *numbers;
  const NegPatient *patient;
  gboolean is_foreign;
  NegOrderText issuer; /* of the number that is looked for */
} Search;

static GPtrArray *
list_rows (Search *search, const char *sql, const char *number, const char *issuer, GError **error)
{
  NegStatement *statement = neg_database_prepare (search->database, sql, error);

  if (statement == NULL)
    return NULL;
  neg_statement_bind_text (statement, 1, number);
  neg_statement_bind_text (statement, 2, text_or_none (issuer));
  return _neg_order_rows_read (statement, error);
}

/* The patient's own; another's are noted. */
static gboolean
keep_own (Search *search, GPtrArray *rows, const char *issuer, GError **error)
{
  for (guint i = 0; i < rows->len;) {
    const NegOrderRow *row = g_ptr_array_index (rows, i);
    gboolean is_he;

    if (!_neg_patient_is_now (search->database, row->texts[NEG_ORDER_TEXT_ISSUER], row->texts[NEG_ORDER_TEXT_PATIENT_ID],
                              row->texts[NEG_ORDER_TEXT_NAME_KEY], search->patient, &is_he, error))
      return FALSE;
    search->is_foreign |= !is_he && strcmp (row->texts[search->issuer], text_or_none (issuer)) == 0;
    if (is_he)
      i++;
    else
      g_ptr_array_remove_index (rows, i);
  }
  return TRUE;
}

static GPtrArray *
list_own (Search *search, const char *sql, const char *number, const char *issuer, GError **error)
{
  g_autoptr (GPtrArray) rows = is_said (number)
                                   ? list_rows (search, sql, number, issuer, error)
                                   : g_ptr_array_new_with_free_func ((GDestroyNotify) _neg_order_row_free);

  if (rows == NULL || !keep_own (search, rows, issuer, error))
    return NULL;
  return g_steal_pointer (&rows);
}

/* --- which of them --- */

/* Without the issuer on one side only the patient tells which it is, who is the same; where both say it, it decides. */
static void
keep_best_issuer (GPtrArray *rows, const char *issuer)
{
  gboolean has_exact = FALSE;

  for (guint i = 0; i < rows->len; i++)
    has_exact |= strcmp (((NegOrderRow *) g_ptr_array_index (rows, i))->texts[NEG_ORDER_TEXT_ACCESSION_ISSUER],
                         text_or_none (issuer)) == 0;
  for (guint i = 0; has_exact && i < rows->len;) {
    const NegOrderRow *row = g_ptr_array_index (rows, i);

    if (strcmp (row->texts[NEG_ORDER_TEXT_ACCESSION_ISSUER], text_or_none (issuer)) == 0)
      i++;
    else
      g_ptr_array_remove_index (rows, i);
  }
}

/* The same accession number: another placer's number is another order of it. */
static gboolean
fits_accession (const NegOrderNumbers *said, const NegOrderRow *row)
{
  return !differ (said->placer, row->texts[NEG_ORDER_TEXT_PLACER])
         && !differ (said->step_id, row->texts[NEG_ORDER_TEXT_STEP_ID]);
}

/* The same placer or filler number. What has no accession number speaks of the order as a whole, whatever it calls its
 * step: appointments have numbers of their own. */
static gboolean
fits_order (const NegOrderNumbers *said, const NegOrderRow *row)
{
  if (differ (said->accession, row->texts[NEG_ORDER_TEXT_ACCESSION])
      || differ (said->placer, row->texts[NEG_ORDER_TEXT_PLACER]))
    return FALSE;
  return is_said (said->accession) != is_said (row->texts[NEG_ORDER_TEXT_ACCESSION])
         || !differ (said->step_id, row->texts[NEG_ORDER_TEXT_STEP_ID]);
}

static gboolean
is_step (const NegOrderNumbers *said, const NegOrderRow *row)
{
  return is_said (said->step_id) && strcmp (said->step_id, row->texts[NEG_ORDER_TEXT_STEP_ID]) == 0;
}

static void
keep_fitting (GPtrArray *rows, const NegOrderNumbers *said,
              gboolean (*fits) (const NegOrderNumbers *said, const NegOrderRow *row))
{
  for (guint i = 0; i < rows->len;) {
    if (fits (said, g_ptr_array_index (rows, i)))
      i++;
    else
      g_ptr_array_remove_index (rows, i);
  }
}

/* The step alone where it is known; a step that is not takes one row that has none yet; what says no step is of all. */
static void
keep_step (GPtrArray *rows, const NegOrderNumbers *said)
{
  gboolean has_step = FALSE;

  for (guint i = 0; i < rows->len; i++)
    has_step |= is_step (said, g_ptr_array_index (rows, i));
  if (has_step)
    keep_fitting (rows, said, is_step);
  else if (rows->len > 1 && is_said (said->step_id) && is_said (said->accession))
    g_ptr_array_set_size (rows, 1);
}

#define BY(number) NEG_ORDER_SELECT "WHERE " number " <> '' AND " number " = ?1 AND " number "_issuer = ?2 "           \
                                    "ORDER BY id LIMIT " CANDIDATES

#define BY_ACCESSION NEG_ORDER_SELECT "WHERE accession <> '' AND accession = ?1 AND (accession_issuer = ?2 OR "         \
                                      "accession_issuer = '' OR ?2 = '') ORDER BY id LIMIT " CANDIDATES

/* All three are looked up: a number that is another patient's is noted even where another one fits. */
GPtrArray *
_neg_orders_find_by_numbers (NegDatabase *database, const NegOrderNumbers *said, const NegPatient *patient,
                             gboolean *is_foreign, GError **error)
{
  Search search = { database, said, patient, FALSE, NEG_ORDER_TEXT_ACCESSION_ISSUER };
  g_autoptr (GPtrArray) by_accession = list_own (&search, BY_ACCESSION, said->accession, said->accession_issuer, error);
  g_autoptr (GPtrArray) by_placer = NULL;
  g_autoptr (GPtrArray) by_filler = NULL;

  search.issuer = NEG_ORDER_TEXT_PLACER_ISSUER;
  if (by_accession != NULL)
    by_placer = list_own (&search, BY ("placer"), said->placer, said->placer_issuer, error);
  search.issuer = NEG_ORDER_TEXT_FILLER_ISSUER;
  if (by_placer != NULL)
    by_filler = list_own (&search, BY ("filler"), said->filler, said->filler_issuer, error);
  if (by_filler == NULL)
    return NULL;
  *is_foreign = search.is_foreign;
  keep_best_issuer (by_accession, said->accession_issuer);
  keep_fitting (by_accession, said, fits_accession);
  keep_fitting (by_placer, said, fits_order);
  keep_fitting (by_filler, said, fits_order);
  keep_step (by_accession, said);
  keep_step (by_placer, said);
  keep_step (by_filler, said);
  if (by_accession->len > 0)
    return g_steal_pointer (&by_accession);
  return by_placer->len > 0 ? g_steal_pointer (&by_placer) : g_steal_pointer (&by_filler);
}
