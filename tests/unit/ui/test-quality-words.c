/* The technologist's desk without a window: which order is the likeliest, what is in the way, what is said of sending. */
#include "config.h"

#include "ui/neg-quality-words.h"

#define TEXT(text) ((char *) (text)) /* nobody frees or changes it */

static NegDeskRow
new_row (void)
{
  return (NegDeskRow){ .study_uid = TEXT ("1.2.3"),
                       .patient_name = TEXT ("Candle^Cem"),
                       .patient_id = TEXT ("4711"),
                       .issuer = TEXT ("ISS"),
                       .birth_date = TEXT ("19700115"),
                       .sex = TEXT ("M"),
                       .accession = TEXT (""),
                       .description = TEXT (""),
                       .modalities = TEXT ("CT\\SR"),
                       .date = TEXT ("20260102"),
                       .time = TEXT ("1015"),
                       .station = TEXT ("CT1"),
                       .checked_us = 1,
                       .failure = TEXT (""),
                       .user = TEXT (""),
                       .words = TEXT ("") };
}

static NegOrder
new_order (const char *patient_id, const char *name, const char *modality)
{
  return (NegOrder){ .accession = TEXT ("A-1"),
                     .study_uid = TEXT (""),
                     .patient_id = TEXT (patient_id),
                     .patient_name = TEXT (name),
                     .birth_date = TEXT (""),
                     .sex = TEXT (""),
                     .modality = TEXT (modality),
                     .date = TEXT ("20260102"),
                     .station = TEXT (""),
                     .status = NEG_ORDER_SCHEDULED };
}

/* The same ID before one that is typed wrong, that before a name alone, and another patient's only with day and modality. */
static void
test_likeness (void)
{
  NegDeskRow row = new_row ();
  NegOrder same = new_order ("4711", "Candle^Cem", "CT"), typo = new_order ("4712", "Candle^Cem", "CT");
  NegOrder name = new_order ("99", "CANDLE^CEM", "CT"), other = new_order ("99", "Lamp^Ada", "CT"), none = new_order ("99", "Lamp^Ada", "MR");
  NegOrder canceled = same;

  canceled.status = NEG_ORDER_CANCELED;
  g_assert_cmpuint (neg_quality_get_likeness (&row, &same), >, neg_quality_get_likeness (&row, &typo));
  g_assert_cmpuint (neg_quality_get_likeness (&row, &same), >, neg_quality_get_likeness (&row, &canceled));
  g_assert_cmpuint (neg_quality_get_likeness (&row, &typo), >, neg_quality_get_likeness (&row, &name));
  g_assert_cmpuint (neg_quality_get_likeness (&row, &name), >, neg_quality_get_likeness (&row, &other));
  g_assert_cmpuint (neg_quality_get_likeness (&row, &other), >, 0);
  g_assert_cmpuint (neg_quality_get_likeness (&row, &none), ==, 0);
}

/* One character: another one, one too many, one too few; two are two. */
static void
test_typing (void)
{
  static const struct {
    const char *id;
    gboolean is_near;
  } cases[] = { { "4712", TRUE }, { "47111", TRUE }, { "411", TRUE }, { "5711", TRUE }, { "4171", FALSE }, { "", FALSE }, { "47", FALSE } };
  NegDeskRow row = new_row ();
  NegOrder stranger = new_order ("x", "Lamp^Ada", "MR");

  stranger.date = TEXT ("");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("%s", cases[i].id);
    stranger.patient_id = TEXT (cases[i].id);
    g_assert_cmpint (neg_quality_get_likeness (&row, &stranger) > 0, ==, cases[i].is_near);
  }
}

static GPtrArray *
new_findings (NegSeverity severity, gint64 accepted_us)
{
  GPtrArray *findings = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_finding_free);
  NegFinding *finding = neg_finding_new ("patient-id", severity);

  finding->accepted_us = accepted_us;
  g_ptr_array_add (findings, finding);
  return findings;
}

static void
assert_obstacle (const NegDeskRow *row, GPtrArray *findings, const char *part)
{
  g_autofree char *obstacle = neg_quality_words_dup_obstacle (row, findings);

  if (part == NULL)
    g_assert_null (obstacle);
  else
    g_assert_nonnull (strstr (obstacle, part));
  g_ptr_array_unref (findings);
}

static void
test_obstacles (void)
{
  NegDeskRow row = new_row ();

  assert_obstacle (&row, new_findings (NEG_SEVERITY_NOTE, 0), NULL);
  assert_obstacle (&row, new_findings (NEG_SEVERITY_ERROR, 1), NULL);
  assert_obstacle (&row, new_findings (NEG_SEVERITY_ERROR, 0), "1 error");
  assert_obstacle (&row, new_findings (NEG_SEVERITY_WARNING, 0), "1 warning");
  row.n_waiting_looks = 1;
  assert_obstacle (&row, new_findings (NEG_SEVERITY_NOTE, 0), "second look");
  row.n_waiting_looks = 0;
  row.checked_us = 0;
  assert_obstacle (&row, new_findings (NEG_SEVERITY_NOTE, 0), "being checked");
  row.state = NEG_DESK_ASIDE;
  assert_obstacle (&row, new_findings (NEG_SEVERITY_NOTE, 0), "put aside");
}

/* Proved is what every destination has committed to, and nothing less. */
static void
test_sending (void)
{
  NegDeskRow row = new_row ();
  gboolean is_proved, is_problem;
  g_autofree char *before = NULL, *half = NULL, *refused = NULL, *all = NULL;

  before = neg_quality_words_dup_sending (&row, &is_proved, &is_problem);
  g_assert_cmpstr (before, ==, "not released");
  g_assert_false (is_proved || is_problem);
  row.state = NEG_DESK_RELEASED;
  row.n_deliveries = 2;
  row.n_committed = 1;
  half = neg_quality_words_dup_sending (&row, &is_proved, &is_problem);
  g_assert_false (is_proved || is_problem);
  row.n_refused = 1;
  refused = neg_quality_words_dup_sending (&row, &is_proved, &is_problem);
  g_assert_cmpstr (refused, ==, "refused by 1 of 2");
  g_assert_true (is_problem && !is_proved);
  row.n_refused = 0;
  row.n_committed = 2;
  row.state = NEG_DESK_ARRIVED;
  all = neg_quality_words_dup_sending (&row, &is_proved, &is_problem);
  g_assert_cmpstr (all, ==, "committed");
  g_assert_true (is_proved && !is_problem);
}

/* Text of objects is one line of plain text, whatever it is. */
static void
test_hostile (void)
{
  NegFinding *finding = neg_finding_new ("nobody-knows", NEG_SEVERITY_ERROR);
  g_autofree char *text = NULL, *action = NULL;

  neg_finding_free (finding);
  finding = neg_finding_new ("body-part", NEG_SEVERITY_ERROR);
  g_free (finding->found);
  g_free (finding->argument);
  finding->found = g_strdup ("a\nb\033[1m\xe2\x80\xae");
  finding->action = NEG_ACTION_SET;
  finding->argument = g_strdup ("no equals sign\n");
  text = neg_quality_words_dup_finding (finding);
  action = neg_quality_words_dup_action (finding);
  g_assert_null (strpbrk (text, "\n\033"));
  g_assert_null (strstr (text, "\xe2\x80\xae"));
  g_assert_null (strchr (action, '\n'));
  neg_finding_free (finding);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quality-words/likeness", test_likeness);
  g_test_add_func ("/quality-words/typing", test_typing);
  g_test_add_func ("/quality-words/obstacles", test_obstacles);
  g_test_add_func ("/quality-words/sending", test_sending);
  g_test_add_func ("/quality-words/hostile", test_hostile);
  return g_test_run ();
}
