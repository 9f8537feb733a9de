/* What the pixels of one object are like: an engine decodes them, one frame at a time and behind everything that somebody waits for;
 * what was found is noted by the file's name, so that nothing is decoded twice. */
#include "config.h"

#include "agent/neg-agent-desk-private.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "base/neg-fault.h"
#include "quality/neg-quality-pixels.h"
#include "store/neg-facts.h"

#define FRAMES_MAX 2000 /* of one object, for its digest */
#define FACTS_TYPE "(ddddddddddb)"

/* --- how it is noted --- */

char *
_neg_desk_pixels_format (const NegQualityPixels *pixels, const char *why)
{
  g_autoptr (GVariant) facts = NULL;

  if (pixels == NULL)
    facts = g_variant_ref_sink (g_variant_new_string (why));
  else
    facts = g_variant_ref_sink (g_variant_new (FACTS_TYPE, pixels->minimum, pixels->maximum, pixels->mean, pixels->sd,
                                               pixels->clipped_low, pixels->clipped_high, pixels->noise,
                                               pixels->sharpness_rows, pixels->sharpness_columns, pixels->field_share,
                                               pixels->has_text));
  return g_variant_print (facts, TRUE);
}

NegQualityPixels *
_neg_desk_pixels_parse (const char *facts, const char *digest, char **why)
{
  g_autoptr (GVariant) value = g_variant_parse (NULL, facts, NULL, NULL, NULL);
  NegQualityPixels *pixels;

  *why = NULL;
  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    *why = g_variant_dup_string (value, NULL);
  if (value == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE (FACTS_TYPE)))
    return NULL;
  pixels = g_new0 (NegQualityPixels, 1);
  g_variant_get (value, FACTS_TYPE, &pixels->minimum, &pixels->maximum, &pixels->mean, &pixels->sd, &pixels->clipped_low,
                 &pixels->clipped_high, &pixels->noise, &pixels->sharpness_rows, &pixels->sharpness_columns,
                 &pixels->field_share, &pixels->has_text);
  g_strlcpy (pixels->digest, digest, sizeof pixels->digest);
  return pixels;
}

/* --- engines, for whoever can wait --- */

typedef struct {
  NegInstance *instance; /* of a scan */
  GError *error;
  GMutex lock;
  GCond cond;
  gboolean is_done;
} Answer;

static void
scan_cb (guint index, NegScanResult *result, const GError *error, gpointer user_data)
{
  Answer *answer = user_data;

  if (error != NULL)
    answer->error = g_error_copy (error);
  else if (result->kind == NEG_SCAN_INSTANCE)
    answer->instance = g_steal_pointer (&result->instance);
  else
    neg_fail (&answer->error, NEG_ERROR_UNSUPPORTED, NULL, "no image");
}

static void
decode_cb (guint index, const NegFrameFormat *format, const GError *error, gpointer user_data)
{
  Answer *answer = user_data;

  if (error != NULL)
    answer->error = g_error_copy (error);
}

static void
done_cb (gpointer user_data)
{
  Answer *answer = user_data;

  g_mutex_lock (&answer->lock);
  answer->is_done = TRUE;
  g_cond_signal (&answer->cond);
  g_mutex_unlock (&answer->lock);
}

static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  neg_request_cancel (user_data);
}

static void
answer_init (Answer *answer)
{
  *answer = (Answer){ 0 };
  g_mutex_init (&answer->lock);
  g_cond_init (&answer->cond);
}

/* Until @request (taken) is answered. */
static gboolean
answer_await (Answer *answer, NegRequest *request, GCancellable *cancellable, GError **error)
{
  gulong handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), neg_request_ref (request),
                                          (GDestroyNotify) neg_request_unref);

  g_mutex_lock (&answer->lock);
  while (!answer->is_done)
    g_cond_wait (&answer->cond, &answer->lock);
  g_mutex_unlock (&answer->lock);
  g_cancellable_disconnect (cancellable, handler);
  neg_request_unref (request);
  g_mutex_clear (&answer->lock);
  g_cond_clear (&answer->cond);
  if (answer->error == NULL)
    return TRUE;
  g_propagate_error (error, answer->error);
  return FALSE;
}

static NegInstance *
scan (NegEnginePool *pool, NegBlob *blob, GCancellable *cancellable, GError **error)
{
  Answer answer;

  answer_init (&answer);
  if (!answer_await (&answer,
                     neg_engine_pool_scan (pool, &blob, 1, NEG_PRIORITY_BACKGROUND, scan_cb, done_cb, &answer),
                     cancellable, error)) {
    g_clear_pointer (&answer.instance, neg_instance_unref);
    return NULL;
  }
  return answer.instance;
}

/* One frame's place, used by one frame after the other. */
typedef struct {
  NegFrameFormat format;
  guint64 bytes;
  int fd;
  void *pixels;
} Slot;

static gboolean
slot_init (Slot *slot, const NegInstance *instance, GError **error)
{
  *slot = (Slot){ .fd = -1 };
  if (!neg_frame_format_init (&slot->format, instance, NEG_FRAME_STORED, error))
    return FALSE;
  if (!neg_frame_format_get_bytes (&slot->format, &slot->bytes))
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "a frame is too large");
  slot->fd = neg_memory_file_new ("pixels", slot->bytes, error);
  if (slot->fd < 0)
    return FALSE;
  slot->pixels = mmap (NULL, slot->bytes, PROT_READ, MAP_SHARED, slot->fd, 0);
  return slot->pixels != MAP_FAILED || neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for a frame");
}

static void
slot_clear (Slot *slot)
{
  if (slot->pixels != NULL && slot->pixels != MAP_FAILED)
    munmap (slot->pixels, slot->bytes);
  if (slot->fd >= 0)
    close (slot->fd);
}

static gboolean
decode (NegEnginePool *pool, NegBlob *blob, Slot *slot, guint frame, GCancellable *cancellable, GError **error)
{
  const NegDecodeItem item = { .frame = frame, .slot_offset = 0, .format = slot->format };
  Answer answer;

  answer_init (&answer);
  return answer_await (&answer,
                       neg_engine_pool_decode (pool, blob, NEG_FRAME_STORED, slot->fd, &item, 1, NEG_PRIORITY_BACKGROUND,
                                               decode_cb, done_cb, &answer),
                       cancellable, error);
}

/* --- one object --- */

typedef struct {
  NegQualityPixels pixels;
  gboolean is_measured;
  char *digest; /* "": not known */
} Look;

/* The middle frame, and all of them where their digest is wanted or costs nothing more. */
static gboolean
look_at_frames (NegEnginePool *pool, NegBlob *blob, const NegDeskFile *file, const NegInstance *instance, Slot *slot,
                Look *look, GCancellable *cancellable, GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint n = MAX (instance->frames, 1), middle = n / 2;
  gboolean is_whole = n == 1 || (file->wants_digest && n <= FRAMES_MAX);

  for (guint i = is_whole ? 0 : middle; i < (is_whole ? n : middle + 1); i++) {
    if (!decode (pool, blob, slot, i, cancellable, error))
      return FALSE;
    if (is_whole)
      g_checksum_update (checksum, slot->pixels, (gssize) slot->bytes);
    if (i == middle)
      look->is_measured = neg_quality_pixels_measure (file->record, &slot->format, slot->pixels, slot->bytes, &look->pixels);
  }
  look->digest = g_strdup (is_whole ? g_checksum_get_string (checksum) : "");
  return TRUE;
}

static gboolean
look_at_object (NegEnginePool *pool, const NegDeskFile *file, Look *look, GCancellable *cancellable, GError **error)
{
  g_autoptr (NegBlob) blob = neg_blob_new_for_path (file->path);
  NegInstance *instance = scan (pool, blob, cancellable, error);
  Slot slot;
  gboolean done;

  if (instance == NULL)
    return FALSE;
  done = slot_init (&slot, instance, error)
         && look_at_frames (pool, blob, file, instance, &slot, look, cancellable, error);
  slot_clear (&slot);
  neg_instance_unref (instance);
  return done;
}

typedef struct {
  const char *name, *digest;
  char *facts;
} Note;

static gboolean
note_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Note *note = data;

  return neg_facts_set_pixels (database, note->name, note->digest, note->facts, error);
}

/* Neither of the file's making nor for ever. What ends engines would end them again each time. */
static gboolean
is_passing (NegEnginePool *pool, const GError *error)
{
  NegEnginePoolStats stats;

  if (!g_error_matches (error, NEG_ERROR, NEG_ERROR_ENGINE_DIED))
    return g_error_matches (error, NEG_ERROR, NEG_ERROR_CANCELLED) || g_error_matches (error, NEG_ERROR, NEG_ERROR_MEMORY);
  neg_engine_pool_get_stats (pool, &stats);
  return stats.n_alive == 0;
}

gboolean
_neg_desk_look_at_pixels (NegAgent *agent, const NegDeskFile *file, GCancellable *cancellable, GError **error)
{
  NegEnginePool *pool = neg_agent_get_pool (agent);
  g_autoptr (GError) failure = NULL;
  Look look = { 0 };
  Note note = { .name = file->name, .digest = "" };
  gboolean done;

  if (pool == NULL)
    return neg_fail (error, NEG_ERROR_ENGINE_DIED, NULL, "the program that reads objects cannot be started");
  if (look_at_object (pool, file, &look, cancellable, &failure)) {
    note.facts = _neg_desk_pixels_format (look.is_measured ? &look.pixels : NULL, "");
    note.digest = look.digest;
  } else if (!is_passing (pool, failure)) {
    note.facts = _neg_desk_pixels_format (NULL, failure->message);
  } else {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  neg_fault_point ("desk-before-pixels");
  done = neg_archive_write (neg_agent_get_archive (agent), note_cb, &note, error);
  g_free (note.facts);
  g_free (look.digest);
  return done;
}
