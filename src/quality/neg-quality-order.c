/* The examination against its order: accession number, procedure, modality, part of the body, and how many views were asked for. */
#include "config.h"

#include "quality/neg-quality-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "model/neg-regions.h"

#define VIEWS_MAX 9

static char *
dup_order (const NegQualityExpectation *order)
{
  return order->order != 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, order->order) : g_strdup ("");
}

static GPtrArray *
list_images (const NegQualityRun *run)
{
  GPtrArray *images = g_ptr_array_new ();

  for (guint i = 0; i < run->objects->len; i++)
    if (neg_quality_is_image (run->objects->pdata[i]))
      g_ptr_array_add (images, run->objects->pdata[i]);
  return images;
}

/* --- accession number --- */

/* No order is this study's, though orders are known. */
static void
check_no_order (NegQualityRun *run)
{
  const NegQualityExpectation *likely = neg_quality_find_likely_order (run);
  g_autoptr (GHashTable) groups = neg_quality_group (run->objects, NEG_RECORD_ACCESSION, FALSE);
  const char *accession = neg_quality_get_largest (groups);
  NegFinding *finding;

  if (run->study->expectations->len == 0)
    return;
  finding = neg_quality_report (
      run, NEG_CHECK_ACCESSION, likely != NULL ? NEG_SEVERITY_ERROR : NEG_SEVERITY_WARNING, NULL,
      accession != NULL ? g_strdup_printf (_ ("%s, which no order has"), accession) : g_strdup (_ ("no accession number")),
      likely != NULL && *likely->accession != '\0' ? g_strdup_printf (_ ("probably %s: %s"), likely->accession, likely->procedure)
                                                   : g_strdup (_ ("the number of an order")),
      _ ("Without it the report does not find the images."));
  neg_quality_mend (finding, NEG_ACTION_MATCH, likely != NULL ? dup_order (likely) : g_strdup (""));
}

static void
check_accession (NegQualityRun *run, const NegQualityExpectation *order)
{
  g_autoptr (GHashTable) groups = neg_quality_group (run->objects, NEG_RECORD_ACCESSION, TRUE);
  g_autoptr (GList) texts = g_list_sort (g_hash_table_get_keys (groups), (GCompareFunc) strcmp);

  for (GList *at = texts; *order->accession != '\0' && at != NULL; at = at->next) {
    const char *text = at->data;
    GPtrArray *group = g_hash_table_lookup (groups, text);
    NegFinding *finding;

    /* What the study's other objects lack is added with them; a second number is study-mixed. */
    if (g_str_equal (text, order->accession) || g_hash_table_size (groups) > 1)
      continue;
    finding = neg_quality_report (run, NEG_CHECK_ACCESSION, *text != '\0' ? NEG_SEVERITY_ERROR : NEG_SEVERITY_WARNING, group,
                                  g_strdup (*text != '\0' ? text : _ ("no accession number")), g_strdup (order->accession),
                                  _ ("Without it the report does not find the images."));
    if (order->order != 0)
      neg_quality_mend (finding, NEG_ACTION_MATCH, dup_order (order));
    else
      neg_quality_mend (finding, NEG_ACTION_SET, g_strdup_printf ("AccessionNumber=%s", order->accession));
  }
}

/* --- modality --- */

/* What comes to the same: plain radiographs; fluoroscopy and angiography; the CT of a PET/CT. */
static gboolean
is_kin (const char *asked, const char *made)
{
  static const char *const kin[][2] = { { "CR", "DX" }, { "CR", "RG" }, { "DX", "RG" }, { "RF", "XA" }, { "PT", "CT" },
                                        { "NM", "CT" }, { "NM", "PT" }, { "PT", "MR" }, { "DX", "PX" }, { "DX", "IO" },
                                        { "RF", "DX" }, { "RF", "CR" } };

  for (guint i = 0; i < G_N_ELEMENTS (kin); i++)
    if ((g_str_equal (asked, kin[i][0]) && g_str_equal (made, kin[i][1]))
        || (g_str_equal (asked, kin[i][1]) && g_str_equal (made, kin[i][0])))
      return TRUE;
  return g_str_equal (asked, made);
}

static void
check_modality (NegQualityRun *run, const NegQualityExpectation *order, GPtrArray *images)
{
  g_auto (GStrv) asked = g_strsplit (order->modality, "\\", -1);
  NegFinding *finding;

  if (*order->modality == '\0' || *run->modality == '\0' || images->len == 0 || g_str_equal (order->modality, "OT"))
    return;
  /* One image of what was asked for is enough: a CT study has a photograph of the form with it. */
  for (guint i = 0; i < images->len; i++)
    for (guint j = 0; asked[j] != NULL; j++)
      if (is_kin (asked[j], neg_quality_get (images->pdata[i], NEG_RECORD_MODALITY)))
        return;
  finding = neg_quality_report (run, NEG_CHECK_MODALITY, NEG_SEVERITY_ERROR, NULL, g_strdup (run->modality),
                                g_strdup (order->modality), _ ("The images may belong to another order."));
  neg_quality_mend (finding, NEG_ACTION_MATCH, g_strdup (""));
}

/* --- procedure --- */

/* Words of four letters and more: "CT", "mit" and "and" are in every procedure. */
static gboolean
share_word (const char *a, const char *b)
{
  g_auto (GStrv) left = neg_words_split (a);
  g_auto (GStrv) right = neg_words_split (b);

  for (guint i = 0; left[i] != NULL; i++)
    for (guint j = 0; g_utf8_strlen (left[i], -1) > 3 && right[j] != NULL; j++)
      if (g_str_equal (left[i], right[j]))
        return TRUE;
  return FALSE;
}

static gboolean
is_near (guint a, guint b)
{
  return ((a | neg_regions_get_near (a)) & b) != 0;
}

/* What the modality was told, against what was ordered. Only where they have neither a word nor a region in common: sites name one
 * procedure in many ways. */
static void
check_procedure (NegQualityRun *run, const NegQualityExpectation *order)
{
  g_autoptr (GHashTable) groups = neg_quality_group (run->objects, NEG_RECORD_REQUESTED_PROCEDURE, FALSE);
  const char *told = neg_quality_get_largest (groups);
  guint asked_regions = neg_regions_find (order->procedure), told_regions = neg_regions_find (told);
  NegFinding *finding;

  if (told == NULL || *order->procedure == '\0' || share_word (told, order->procedure))
    return;
  if (asked_regions == 0 || told_regions == 0 || is_near (asked_regions, told_regions))
    return;
  finding = neg_quality_report (run, NEG_CHECK_PROCEDURE, NEG_SEVERITY_ERROR, NULL, g_strdup (told),
                                g_strdup (order->procedure), _ ("The wrong examination would be read and billed."));
  neg_quality_mend (finding, NEG_ACTION_MATCH, dup_order (order));
}

/* --- part of the body --- */

static void
check_body_part (NegQualityRun *run, const NegQualityExpectation *order, GPtrArray *images)
{
  const char *asked = *order->body_part != '\0' ? order->body_part : order->procedure;
  guint regions = neg_regions_find (asked);
  g_autoptr (GHashTable) groups = neg_quality_group (images, NEG_RECORD_BODY_PART, FALSE);
  g_autoptr (GList) texts = g_list_sort (g_hash_table_get_keys (groups), (GCompareFunc) strcmp);
  gboolean is_any_right = FALSE;

  for (GList *at = texts; at != NULL; at = at->next) {
    guint found = neg_regions_find (at->data);

    is_any_right |= found == 0 || is_near (regions, found);
  }
  for (GList *at = texts; regions != 0 && !is_any_right && at != NULL; at = at->next) {
    NegFinding *finding
        = neg_quality_report (run, NEG_CHECK_BODY_PART, NEG_SEVERITY_ERROR, g_hash_table_lookup (groups, at->data),
                              g_strdup (at->data), g_strdup (asked), _ ("Priors and hanging go by the part of the body."));

    if (*order->body_part != '\0')
      neg_quality_mend (finding, NEG_ACTION_SET, g_strdup_printf ("BodyPartExamined=%s", order->body_part));
    else
      neg_quality_mend (finding, NEG_ACTION_SET, g_strdup ("BodyPartExamined="));
  }
}

/* --- views --- */

/* "2 Ebenen", "3 views", "two views"; 0: it does not say. */
static guint
count_asked_views (const char *procedure)
{
  static const char *const units[] = { "views", "view", "ebenen", "eb", "vw", "projections", NULL };
  static const char *const numbers[] = { "two", "three", "four", "zwei", "drei", "vier", NULL };
  g_auto (GStrv) words = neg_words_split (procedure);

  for (guint i = 0; words[i] != NULL && words[i + 1] != NULL; i++) {
    if (!g_strv_contains (units, words[i + 1]))
      continue;
    if (words[i][0] >= '1' && words[i][0] <= '0' + VIEWS_MAX && words[i][1] == '\0')
      return (guint) (words[i][0] - '0');
    for (guint j = 0; numbers[j] != NULL; j++)
      if (g_str_equal (words[i], numbers[j]))
        return j % 3 + 2;
  }
  return 0;
}

static void
check_views (NegQualityRun *run, const NegQualityExpectation *order, GPtrArray *images)
{
  guint asked = count_asked_views (order->procedure);
  NegFinding *finding;

  if (g_str_equal (run->modality, "MG") || images->len == 0 || images->len >= asked)
    return;
  finding = neg_quality_report (run, NEG_CHECK_VIEW_PAIR, NEG_SEVERITY_WARNING, NULL,
                                g_strdup_printf (ngettext ("%u image", "%u images", images->len), images->len),
                                g_strdup_printf (_ ("%u views: %s"), asked, order->procedure),
                                _ ("What one view hides, the other shows."));
  neg_quality_mend (finding, NEG_ACTION_FETCH, NULL);
}

void
neg_quality_check_order (NegQualityRun *run)
{
  const NegQualityExpectation *order = neg_quality_find_order (run);
  g_autoptr (GPtrArray) images = list_images (run);

  if (run->objects->len == 0)
    return;
  if (order == NULL) {
    check_no_order (run);
    return;
  }
  check_accession (run, order);
  check_procedure (run, order);
  check_modality (run, order, images);
  check_body_part (run, order, images);
  check_views (run, order, images);
}
