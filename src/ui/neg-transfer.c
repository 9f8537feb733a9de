#include "config.h"

#include <glib/gi18n-lib.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "ui/neg-entry-lookup.h"
#include "ui/neg-transfers-private.h"
#include "ui/neg-worklist-words.h"

struct _NegTransfer {
  GObject parent_instance;

  gint64 id;
  char *kind, *peer, *study_uid, *state, *message;
  NegEntry *entry; /* of the list; nullable */
  guint objects, done, failed;
  guint64 bytes;
  double bytes_per_s, remaining_s;
  gint64 next_us;
  gboolean looked_up;
};

G_DEFINE_FINAL_TYPE (NegTransfer, neg_transfer, G_TYPE_OBJECT)

static guint signal_changed;

gint64
neg_transfer_get_id (NegTransfer *self)
{
  return self->id;
}

const char *
neg_transfer_get_state (NegTransfer *self)
{
  return self->state;
}

guint
neg_transfer_get_n_failed (NegTransfer *self)
{
  return self->failed;
}

double
_neg_transfer_get_rate (NegTransfer *self, double *remaining_s)
{
  *remaining_s = self->remaining_s;
  return self->bytes_per_s;
}

gboolean
neg_transfer_is_over (NegTransfer *self)
{
  return g_str_equal (self->state, "done") || g_str_equal (self->state, "failed")
         || g_str_equal (self->state, "cancelled");
}

double
neg_transfer_get_fraction (NegTransfer *self)
{
  if (g_str_equal (self->state, "done"))
    return 1;
  return self->objects > 0 ? MIN ((double) (self->done + self->failed) / self->objects, 1) : -1;
}

/* --- words --- */

/* "Lee, Ann · CT chest" */
static char *
dup_about (const NegEntry *entry)
{
  g_autofree char *name = neg_caption_dup_person (entry->patient_name);
  g_autofree char *description = neg_worklist_words_dup_cell (entry, NEG_COLUMN_DESCRIPTION);

  return g_strjoin (*name != '\0' && *description != '\0' ? " · " : "", name, description, NULL);
}

char *
neg_transfer_dup_title (NegTransfer *self)
{
  static const struct {
    const char *kind, *format, *alone;
  } kinds[] = {
    { "retrieve", N_ ("Retrieve from %s"), N_ ("Retrieve") },
    { "send", N_ ("Send to %s"), N_ ("Send") },
    { "commit", N_ ("Confirmation of storage by %s"), N_ ("Confirmation of storage") },
    { "import", N_ ("Import of %s"), N_ ("Import") },
    { "check", N_ ("Check of %s"), N_ ("Check of the archive") },
  };
  g_autofree char *peer = neg_text_dup_shown (NEG_TEXT_SITE, self->peer);
  g_autofree char *what = g_strdup (self->kind), *about = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].kind, self->kind)) {
      g_free (what);
      what = *peer != '\0' ? g_strdup_printf (_ (kinds[i].format), peer) : g_strdup (_ (kinds[i].alone));
    }
  about = self->entry != NULL ? dup_about (self->entry) : g_strdup ("");
  return *about != '\0' ? g_strdup_printf ("%s · %s", what, about) : g_steal_pointer (&what);
}

static char *
dup_duration (double seconds)
{
  if (seconds < 60)
    return g_strdup_printf (_ ("%d s"), (int) seconds + 1);
  return g_strdup_printf (_ ("%d min"), (int) (seconds / 60) + 1);
}

static void
add_part (GString *text, const char *part)
{
  if (part == NULL || *part == '\0')
    return;
  g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", part);
}

/* Objects, bytes. */
static void
add_amount (NegTransfer *self, GString *text)
{
  g_autofree char *bytes = self->bytes > 0 ? g_format_size (self->bytes) : NULL;
  g_autofree char *objects
      = self->objects > 0
            ? g_strdup_printf (_ ("%u of %u objects"), self->done, self->objects)
            : g_strdup_printf (ngettext ("%u object", "%u objects", self->done), self->done);
  g_autofree char *failed
      = self->failed > 0 ? g_strdup_printf (ngettext ("%u failed", "%u failed", self->failed), self->failed) : NULL;

  add_part (text, objects);
  add_part (text, failed);
  add_part (text, bytes);
}

static void
add_speed (NegTransfer *self, GString *text)
{
  g_autofree char *rate = NULL, *per_s = NULL, *remaining = NULL, *left = NULL;

  if (self->bytes_per_s > 0) {
    rate = g_format_size ((guint64) self->bytes_per_s);
    per_s = g_strdup_printf (_ ("%s/s"), rate);
  }
  if (self->remaining_s >= 0) {
    remaining = dup_duration (self->remaining_s);
    left = g_strdup_printf (_ ("%s left"), remaining);
  }
  add_part (text, per_s);
  add_part (text, left);
}

static const char *
get_state_word (const char *state)
{
  static const struct {
    const char *state, *word;
  } words[] = {
    { "waiting", N_ ("◌ waiting") }, { "running", N_ ("▶ running") }, { "paused", N_ ("❚❚ paused") },
    { "done", N_ ("✓ done") },       { "failed", N_ ("✗ failed") },   { "cancelled", N_ ("■ cancelled") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i].state, state))
      return _ (words[i].word);
  return state;
}

char *
neg_transfer_dup_progress (NegTransfer *self)
{
  GString *text = g_string_new (get_state_word (self->state));
  g_autofree char *why = neg_text_dup_shown (NEG_TEXT_SENTENCE, self->message);

  add_amount (self, text);
  if (g_str_equal (self->state, "running"))
    add_speed (self, text);
  if (!g_str_equal (self->state, "running") && !g_str_equal (self->state, "done"))
    add_part (text, why);
  return g_string_free (text, FALSE);
}

/* --- what the agent says --- */

static void
take_string (GVariant *job, const char *key, char **place)
{
  g_autofree char *value = NULL;

  if (!g_variant_lookup (job, key, "s", &value) && *place != NULL)
    return;
  g_free (*place);
  *place = value != NULL ? g_steal_pointer (&value) : g_strdup ("");
}

static void
looked_up_cb (NegEntry *entry, const GError *error, gpointer data)
{
  g_autoptr (NegTransfer) self = data;

  if (entry == NULL)
    return; /* not in the list: its place says enough */
  self->entry = neg_entry_copy (entry);
  g_signal_emit (self, signal_changed, 0);
}

void
_neg_transfer_update (NegTransfer *self, GVariant *job, const char *home)
{
  guint64 bytes;

  take_string (job, "kind", &self->kind);
  take_string (job, "peer", &self->peer);
  take_string (job, "study-uid", &self->study_uid);
  take_string (job, "state", &self->state);
  take_string (job, "message", &self->message);
  g_variant_lookup (job, "objects", "u", &self->objects);
  g_variant_lookup (job, "done", "u", &self->done);
  g_variant_lookup (job, "failed", "u", &self->failed);
  if (g_variant_lookup (job, "bytes", "t", &bytes))
    self->bytes = bytes;
  g_variant_lookup (job, "bytes-per-s", "d", &self->bytes_per_s);
  g_variant_lookup (job, "remaining-s", "d", &self->remaining_s);
  if (!self->looked_up && *self->study_uid != '\0') {
    self->looked_up = TRUE;
    neg_entry_lookup (home, 0, self->study_uid, looked_up_cb, g_object_ref (self));
  }
  g_signal_emit (self, signal_changed, 0);
}

static void
neg_transfer_finalize (GObject *object)
{
  NegTransfer *self = NEG_TRANSFER (object);

  g_free (self->kind);
  g_free (self->peer);
  g_free (self->study_uid);
  g_free (self->state);
  g_free (self->message);
  g_clear_pointer (&self->entry, neg_entry_free);
  G_OBJECT_CLASS (neg_transfer_parent_class)->finalize (object);
}

static void
neg_transfer_class_init (NegTransferClass *class)
{
  G_OBJECT_CLASS (class)->finalize = neg_transfer_finalize;
  signal_changed
      = g_signal_new ("changed", NEG_TYPE_TRANSFER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
neg_transfer_init (NegTransfer *self)
{
  self->remaining_s = -1;
}

NegTransfer *
_neg_transfer_new (gint64 id)
{
  NegTransfer *self = g_object_new (NEG_TYPE_TRANSFER, NULL);

  self->id = id;
  return self;
}
