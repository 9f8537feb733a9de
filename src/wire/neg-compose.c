#include "config.h"

#include "wire/neg-compose.h"

#include "base/neg-error.h"
#include "wire/neg-message-parts-private.h"

/* The texts of NegCompose, in the order in which they are sent. */
#define N_TEXTS 11

static void
list_texts (NegCompose *compose, char ***texts)
{
  char **const all[N_TEXTS] = {
    &compose->sop_instance_uid, &compose->series_uid,     &compose->series_description,
    &compose->date,             &compose->time,           &compose->timezone,
    &compose->creator,          &compose->device_version, &compose->predecessor_sop_class_uid,
    &compose->predecessor_sop_instance_uid,               &compose->predecessor_series_uid,
  };

  for (guint i = 0; i < N_TEXTS; i++)
    texts[i] = all[i];
}

NegCompose *
neg_compose_new (NegComposeKind kind)
{
  NegCompose *compose = g_new0 (NegCompose, 1);

  compose->kind = kind;
  return compose;
}

void
neg_compose_free (NegCompose *compose)
{
  char **texts[N_TEXTS];

  if (compose == NULL)
    return;
  list_texts (compose, texts);
  for (guint i = 0; i < N_TEXTS; i++)
    g_free (*texts[i]);
  neg_presentation_unref (compose->presentation);
  neg_key_selection_free (compose->key_selection);
  g_clear_pointer (&compose->annotations, g_ptr_array_unref);
  g_free (compose);
}

static gboolean
has_planes (const GPtrArray *annotations)
{
  for (guint i = 0; annotations != NULL && i < annotations->len; i++)
    if (((const NegAnnotation *) g_ptr_array_index (annotations, i))->plane != NULL)
      return TRUE;
  return FALSE;
}

const char *
neg_compose_get_sop_class_uid (const NegCompose *compose)
{
  switch (compose->kind) {
  case NEG_COMPOSE_PRESENTATION:
    return "1.2.840.10008.5.1.4.1.1.11.1"; /* Grayscale Softcopy Presentation State */
  case NEG_COMPOSE_KEY_SELECTION:
    return "1.2.840.10008.5.1.4.1.1.88.59";
  case NEG_COMPOSE_MEASUREMENTS:
  case NEG_COMPOSE_N_KINDS:
  default:
    return has_planes (compose->annotations) ? "1.2.840.10008.5.1.4.1.1.88.34" : "1.2.840.10008.5.1.4.1.1.88.33";
  }
}

void
neg_compose_write (const NegCompose *compose, GByteArray *array)
{
  char **texts[N_TEXTS];

  list_texts ((NegCompose *) compose, texts);
  neg_write_u8 (array, compose->kind);
  neg_write_u32 (array, compose->series_number);
  neg_write_u32 (array, compose->instance_number);
  for (guint i = 0; i < N_TEXTS; i++)
    neg_write_string (array, *texts[i]);
  if (compose->kind == NEG_COMPOSE_PRESENTATION)
    _neg_presentation_write (compose->presentation, array);
  else if (compose->kind == NEG_COMPOSE_KEY_SELECTION)
    _neg_key_selection_write (compose->key_selection, array);
  else
    _neg_annotations_write (compose->annotations, array);
}

/* The part that belongs to the kind, and what no object can be without. */
static gboolean
is_whole (const NegCompose *compose)
{
  const gboolean has_part = compose->kind == NEG_COMPOSE_PRESENTATION    ? compose->presentation != NULL
                            : compose->kind == NEG_COMPOSE_KEY_SELECTION ? compose->key_selection != NULL
                                                                         : compose->annotations != NULL;

  return has_part && compose->sop_instance_uid != NULL && compose->series_uid != NULL && compose->date != NULL
         && compose->time != NULL;
}

NegCompose *
neg_compose_read (NegReader *reader, GError **error)
{
  const guint8 kind = neg_reader_u8 (reader);
  g_autoptr (NegCompose) compose = neg_compose_new (kind);
  char **texts[N_TEXTS];

  compose->series_number = neg_reader_u32 (reader);
  compose->instance_number = neg_reader_u32 (reader);
  list_texts (compose, texts);
  for (guint i = 0; i < N_TEXTS; i++)
    *texts[i] = neg_reader_string (reader);
  if (kind == NEG_COMPOSE_PRESENTATION)
    compose->presentation = _neg_presentation_read (reader);
  else if (kind == NEG_COMPOSE_KEY_SELECTION)
    compose->key_selection = _neg_key_selection_read (reader);
  else if (kind == NEG_COMPOSE_MEASUREMENTS)
    compose->annotations = _neg_annotations_read (reader);
  if (!reader->failed && is_whole (compose))
    return g_steal_pointer (&compose);
  neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "what is to be written is not described");
  return NULL;
}
