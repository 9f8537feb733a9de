/* Who is whose: an order and a study, joined or apart. Twelve pairs that were worked out by hand, and a thousand made up
 * ones that a plain rule, written here without the program's, decides. A mix of two patients is a failure in each. */
#include "config.h"

#include <string.h>

#include "orders-list.h"

#define T(n) (G_GINT64_CONSTANT (1795000000000000) + (n) * G_GINT64_CONSTANT (1000000))

typedef struct {
  Who who;
  const char *accession, *accession_issuer, *uid;
} Side;

static NegApplied
apply_order (OrdersList *list, const Side *side, const char *placer)
{
  const Asked asked = { .placer = placer, .accession = side->accession, .accession_issuer = side->accession_issuer,
                        .study_uid = side->uid, .priority = "STAT", .status = NEG_ORDER_SCHEDULED };

  return orders_list_apply (list, said_order (&side->who, &asked, T (0)));
}

static void
add_study (OrdersList *list, const Side *side)
{
  orders_list_add_study (list, &side->who, side->uid, side->accession, side->accession_issuer, "20261122");
}

/* The study's row waits for the order. */
static gboolean
are_joined (OrdersList *list)
{
  gint64 n = orders_list_query (list, "SELECT count(*) FROM entry WHERE n_here > 0 AND urgency = 0");

  g_assert_cmpuint (orders_list_count (list), ==, n == 1 ? 1 : 2);
  return n == 1;
}

#define UID "1.2.3"

static const struct {
  Side order, study;
  gboolean joined;
  const char *why;
} pairs[] = {
  { { { "H", "1", "Doe^Jane" }, "A1", "", "" }, { { "H", "1", "Doe^Jane" }, "A1", "", UID }, TRUE,
    "the accession number, of one patient" },
  { { { "H", "1", "Doe^Jane" }, "A1", "", "" }, { { "H", "1", "DOE^JANE^^^ " }, "A1", "", UID }, TRUE,
    "case and empty components make no other name" },
  { { { "H", "1", "Doe^Jane" }, "A1", "", "" }, { { "H", "2", "Doe^Jane" }, "A1", "", UID }, FALSE,
    "another ID: the number was typed wrong, or the patient was" },
  { { { "H", "1", "Doe^Jane" }, "A1", "", "" }, { { "X", "1", "Doe^Jane" }, "A1", "", UID }, FALSE,
    "the same ID of another issuer is another patient" },
  { { { "H", "1", "Doe^Jane" }, "A1", "", "" }, { { "H", "1", "Roe^Joan" }, "A1", "", UID }, FALSE,
    "the same ID and another name: nobody said that it changed" },
  { { { "H", "1", "Doe^Jane" }, "A1", "", "" }, { { "H", "1", "Doe^Jane" }, "A2", "", UID }, FALSE,
    "another accession number is another examination" },
  { { { "H", "1", "Doe^Jane" }, "A1", "H", "" }, { { "H", "1", "Doe^Jane" }, "A1", "X", UID }, FALSE,
    "the same number of another issuer" },
  { { { "H", "1", "Doe^Jane" }, "A1", "H", "" }, { { "H", "1", "Doe^Jane" }, "A1", "", UID }, TRUE,
    "images seldom say the issuer; of one patient that tells nothing apart" },
  { { { "H", "1", "Doe^Jane" }, "", "", UID }, { { "H", "1", "Doe^Jane" }, "A1", "", UID }, TRUE,
    "no accession number in the order, and the study UID is the same" },
  { { { "H", "1", "Doe^Jane" }, "", "", UID }, { { "H", "2", "Doe^Jane" }, "", "", UID }, FALSE,
    "the same study UID of another patient is a conflict, never one row" },
  { { { "H", "1", "Doe^Jane" }, "", "", "" }, { { "H", "1", "Doe^Jane" }, "", "", UID }, FALSE,
    "one patient, and nothing that says which examination" },
  { { { "H", "1", "山田^太郎" }, "A1", "", "" }, { { "H", "1", "Yamada^Tarou=山田^太郎" }, "A1", "", UID }, FALSE,
    "a name is compared by its first group: which of two writings is meant, a person says" },
};

static void
test_pair (OrdersList *list, gconstpointer data)
{
  const guint n = GPOINTER_TO_UINT (data) / 2;

  g_test_message ("%s", pairs[n].why);
  if (GPOINTER_TO_UINT (data) % 2 == 0) { /* in whatever order they come */
    apply_order (list, &pairs[n].order, "P1");
    add_study (list, &pairs[n].study);
  } else {
    add_study (list, &pairs[n].study);
    apply_order (list, &pairs[n].order, "P1");
  }
  g_assert_true (are_joined (list) == pairs[n].joined);
}

/* --- made up --- */

#define N_GENERATED 1000

static const char *const issuers[] = { "H", "X" };
static const char *const names[][2] = { { "Doe^Jane", "doe" }, { "DOE^JANE", "doe" }, { "Roe^Joan", "roe" },
                                        { "Doe^Jane^^^", "doe" }, { "Doé^Jane", "doé" }, { "Roe^Joan=ロー", "roe" } };

/* A patient as a word: who has the same word is the same. */
static char *
dup_patient (const char *issuer, const char *id, const char *person)
{
  return g_strconcat (issuer, "/", id, "/", person, NULL);
}

typedef struct {
  Side side;
  char *patient; /* the word */
} Made;

static void
make (GRand *random, guint n, gboolean is_study, GPtrArray *texts, Made *made)
{
  const guint name = (guint) g_rand_int_range (random, 0, 10) % G_N_ELEMENTS (names);
  char *uid = g_strdup_printf ("1.%u.%d", n, g_rand_int_range (random, 0, 3));
  char *accession = g_strdup_printf ("A%u-%d", n, g_rand_int_range (random, 0, 2));

  char *id = g_strdup_printf ("%u-%d", n / 50, g_rand_int_range (random, 0, 9) == 0);

  g_ptr_array_add (texts, id);
  g_ptr_array_add (texts, uid);
  g_ptr_array_add (texts, accession);
  made->side.who = (Who){ issuers[g_rand_int_range (random, 0, 8) == 0], id, names[name][0] };
  made->side.uid = is_study || g_rand_boolean (random) ? uid : "";
  made->side.accession = g_rand_int_range (random, 0, 4) != 0 ? accession : "";
  made->side.accession_issuer = "";
  made->patient = dup_patient (made->side.who.issuer, made->side.who.id, names[name][1]);
  g_ptr_array_add (texts, made->patient);
}

static gboolean
belong_together (const Made *order, const Made *study)
{
  if (strcmp (order->patient, study->patient) != 0)
    return FALSE;
  if (*order->side.accession != '\0' && strcmp (order->side.accession, study->side.accession) == 0)
    return TRUE;
  return *order->side.uid != '\0' && strcmp (order->side.uid, study->side.uid) == 0;
}

/* Every entry's people are one, by the word: what the sources and the study say themselves. */
static void
assert_no_mix (OrdersList *list)
{
  const char *mixes = "SELECT count(*) FROM (SELECT entry_id, issuer, patient_id, name_key FROM entry_source WHERE "
                      "entry_id IN (SELECT id FROM entry) UNION SELECT e.id, s.issuer, s.patient_id, s.name_key FROM "
                      "entry e JOIN study s ON s.id = e.study_rowid) a JOIN entry e ON e.id = a.entry_id WHERE "
                      "a.issuer <> e.issuer OR a.patient_id <> e.patient_id OR a.name_key <> e.name_key";

  g_assert_cmpint (orders_list_query (list, "%s", mixes), ==, 0);
}

static void
test_generated (OrdersList *list, gconstpointer data)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  guint n_joined = 0;

  for (guint i = 0; i < N_GENERATED; i++) {
    g_autofree char *placer = g_strdup_printf ("P%u", i);
    const gboolean order_first = g_rand_boolean (random);
    gint64 joined;
    Made order, study;

    make (random, i, FALSE, texts, &order);
    make (random, i, TRUE, texts, &study);
    if (order_first)
      apply_order (list, &order.side, placer);
    add_study (list, &study.side);
    if (!order_first)
      apply_order (list, &order.side, placer);
    joined = orders_list_query (list,
                                "SELECT count(*) FROM entry e JOIN entry_source s ON s.entry_id = e.id JOIN "
                                "imaging_order o ON o.id = s.order_id WHERE o.placer = '%s' AND e.study_rowid <> 0",
                                placer);
    g_test_message ("%u: %s %s %s, %s %s %s", i, order.patient, order.side.accession, order.side.uid, study.patient,
                    study.side.accession, study.side.uid);
    g_assert_cmpint (joined, ==, belong_together (&order, &study));
    n_joined += joined != 0;
  }
  assert_no_mix (list);
  g_assert_cmpuint (n_joined, >, N_GENERATED / 20); /* it is not all apart */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < 2 * G_N_ELEMENTS (pairs); i++) {
    g_autofree char *name = g_strdup_printf ("/identity/pair-%u%s", i / 2 + 1, i % 2 == 0 ? "" : "-images-first");

    g_test_add (name, OrdersList, GUINT_TO_POINTER (i), orders_list_init, test_pair, orders_list_clear);
  }
  g_test_add ("/identity/generated", OrdersList, NULL, orders_list_init, test_generated, orders_list_clear);
  return g_test_run ();
}
