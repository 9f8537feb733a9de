/* What reports of others bring, and which of them another one has taken the place of. */
#include "config.h"

#include "reading/neg-annotations-private.h"

#include <string.h>

void
_neg_annotation_report_free (gpointer data)
{
  NegAnnotationReport *report = data;

  neg_instance_unref (report->instance);
  g_ptr_array_unref (report->annotations);
  g_free (report);
}

static char *
dup_key (const NegInstance *instance, const char *sop_instance_uid)
{
  return g_strdup_printf ("%s\n%s", instance->study_uid != NULL ? instance->study_uid : "", sop_instance_uid);
}

void
neg_annotations_add_report (NegAnnotations *self, NegInstance *instance, GPtrArray *foreign)
{
  NegAnnotationReport *report = g_new0 (NegAnnotationReport, 1);

  g_return_if_fail (NEG_IS_ANNOTATIONS (self));

  report->instance = neg_instance_ref (instance);
  report->annotations = g_ptr_array_ref (foreign);
  g_ptr_array_add (self->reports, report);
  if (instance->sop_instance_uid != NULL)
    g_hash_table_insert (self->reports_by_key, dup_key (instance, instance->sop_instance_uid), report);
}

/* --- Which one counts --- */

/* A predecessor is whatever a document has content of, wholly or in part (C.17.2): a reader's text names the measurements
 * that it speaks of, and they stay. Only a document of the same kind takes the place of an older one. */
static gboolean
is_of_same_kind (const NegInstance *a, const NegInstance *b)
{
  return a->kind == b->kind && g_strcmp0 (a->document_code, b->document_code) == 0;
}

static NegAnnotationReport *
find_predecessor (NegAnnotations *self, const NegAnnotationReport *report, const char *sop_instance_uid)
{
  g_autofree char *key = dup_key (report->instance, sop_instance_uid);
  NegAnnotationReport *found = g_hash_table_lookup (self->reports_by_key, key);

  return found != NULL && found != report && is_of_same_kind (found->instance, report->instance) ? found : NULL;
}

static void
note_successors (NegAnnotations *self)
{
  for (guint i = 0; i < self->reports->len; i++) {
    NegAnnotationReport *report = g_ptr_array_index (self->reports, i);

    report->has_successor = report->is_superseded = FALSE;
  }
  for (guint i = 0; i < self->reports->len; i++) {
    const NegAnnotationReport *report = g_ptr_array_index (self->reports, i);

    for (char **uid = report->instance->predecessors; uid != NULL && *uid != NULL; uid++) {
      NegAnnotationReport *predecessor = find_predecessor (self, report, *uid);

      if (predecessor != NULL)
        predecessor->has_successor = TRUE;
    }
  }
}

/* All of a chain behind the newest. Reports that name each other in a circle have no newest: all of them count, since one
 * mark too many is seen to be one, and one too few is not. */
static void
find_superseded (NegAnnotations *self)
{
  g_autoptr (GPtrArray) open = g_ptr_array_new ();

  note_successors (self);
  for (guint i = 0; i < self->reports->len; i++)
    if (!((NegAnnotationReport *) g_ptr_array_index (self->reports, i))->has_successor)
      g_ptr_array_add (open, g_ptr_array_index (self->reports, i));
  while (open->len > 0) {
    const NegAnnotationReport *report = g_ptr_array_steal_index_fast (open, open->len - 1);

    for (char **uid = report->instance->predecessors; uid != NULL && *uid != NULL; uid++) {
      NegAnnotationReport *predecessor = find_predecessor (self, report, *uid);

      if (predecessor == NULL || predecessor->is_superseded)
        continue;
      predecessor->is_superseded = TRUE;
      g_ptr_array_add (open, predecessor);
    }
  }
}

/* --- Showing --- */

/* By our own operations, though they may have removed it, or by a report that still counts. */
static gboolean
is_known (NegAnnotations *self, const char *uid)
{
  return g_hash_table_contains (self->orders, uid) && !g_hash_table_contains (self->withdrawn, uid);
}

static gboolean
is_of_same_image (const NegAnnotation *a, const NegAnnotation *b)
{
  return a->frame == b->frame && strcmp (a->sop_instance_uid, b->sop_instance_uid) == 0;
}

/* Under which uid it is shown; NULL: it says nothing new. A tracking identifier is that of a finding, which other images
 * and other readers may have as well (PS3.16 TID 1501, 112040): these are measurements of their own. Of the same reader on
 * the same image the newer one is what holds. */
static char *
dup_foreign_uid (NegAnnotations *self, const NegAnnotation *annotation)
{
  const char *author = annotation->author != NULL ? annotation->author : "";
  g_autofree char *uid = g_strdup (annotation->uid);

  for (guint i = 0; i < 2 && is_known (self, uid); i++) {
    const NegAnnotation *known = g_hash_table_lookup (self->by_uid, uid);

    if (known == NULL || (!known->is_foreign && is_of_same_image (known, annotation)))
      return NULL; /* our own operations know better what has become of it */
    if (known->is_foreign && is_of_same_image (known, annotation)
        && strcmp (known->author != NULL ? known->author : "", author) == 0)
      return annotation->changed_us > known->changed_us ? g_steal_pointer (&uid) : NULL;
    g_free (uid);
    uid = g_strdup_printf ("%s@%s/%u/%x", annotation->uid, annotation->sop_instance_uid, annotation->frame,
                           g_str_hash (author));
  }
  return g_steal_pointer (&uid);
}

static void
show_report (NegAnnotations *self, NegAnnotationReport *report)
{
  report->is_shown = TRUE;
  for (guint i = 0; i < report->annotations->len; i++) {
    NegAnnotation *annotation = g_ptr_array_index (report->annotations, i);
    g_autofree char *uid = _neg_annotation_is_whole (annotation) ? dup_foreign_uid (self, annotation) : NULL;
    g_autoptr (NegAnnotation) own = NULL;

    if (uid == NULL)
      continue;
    own = neg_annotation_copy (annotation);
    g_free (own->uid);
    own->uid = g_steal_pointer (&uid);
    own->is_foreign = TRUE;
    _neg_annotations_set (self, own->uid, own);
  }
}

/* What a report says that counts no more may have hidden what another one says: all are shown anew. */
static void
withdraw (NegAnnotations *self)
{
  g_autoptr (GList) annotations = g_hash_table_get_values (self->by_uid);

  for (GList *link = annotations; link != NULL; link = link->next) {
    const NegAnnotation *annotation = link->data;

    if (!annotation->is_foreign)
      continue;
    g_hash_table_add (self->withdrawn, g_strdup (annotation->uid));
    _neg_annotations_set (self, annotation->uid, NULL);
  }
  for (guint i = 0; i < self->reports->len; i++)
    ((NegAnnotationReport *) g_ptr_array_index (self->reports, i))->is_shown = FALSE;
}

static gboolean
shows_superseded (NegAnnotations *self)
{
  for (guint i = 0; i < self->reports->len; i++) {
    const NegAnnotationReport *report = g_ptr_array_index (self->reports, i);

    if (report->is_shown && report->is_superseded)
      return TRUE;
  }
  return FALSE;
}

void
neg_annotations_show_reports (NegAnnotations *self)
{
  g_autofree char *selected = g_strdup (self->selected);

  g_return_if_fail (NEG_IS_ANNOTATIONS (self));

  find_superseded (self);
  if (shows_superseded (self))
    withdraw (self);
  for (guint i = 0; i < self->reports->len; i++) {
    NegAnnotationReport *report = g_ptr_array_index (self->reports, i);

    if (!report->is_shown && !report->is_superseded)
      show_report (self, report);
  }
  if (selected != NULL && self->selected == NULL && g_hash_table_contains (self->by_uid, selected))
    neg_annotations_select (self, selected);
}
