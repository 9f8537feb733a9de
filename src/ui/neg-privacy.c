#include "config.h"

#include "ui/neg-privacy.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-privacy-private.h"

struct _NegPrivacy {
  GObject parent_instance;

  guint n_holds;
};

G_DEFINE_FINAL_TYPE (NegPrivacy, neg_privacy, G_TYPE_OBJECT)

static guint changed_signal;

static void
neg_privacy_class_init (NegPrivacyClass *class)
{
  changed_signal = g_signal_new ("changed", NEG_TYPE_PRIVACY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
neg_privacy_init (NegPrivacy *self)
{
}

NegPrivacy *
neg_privacy_get (void)
{
  static NegPrivacy *privacy;

  if (privacy == NULL)
    privacy = g_object_new (NEG_TYPE_PRIVACY, NULL);
  return privacy;
}

void
neg_privacy_change (void)
{
  g_signal_emit (neg_privacy_get (), changed_signal, 0);
}

/* Once, when it is first wanted. */
static void
learn_own_words (void)
{
  static gboolean done;
  g_autoptr (GBytes) words = NULL;
  g_autofree char *text = NULL;

  if (done)
    return;
  done = TRUE;
  words = g_resources_lookup_data ("/org/negatoscope/words/neg-own-words.txt", G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  if (words == NULL)
    return;
  text = g_strndup (g_bytes_get_data (words, NULL), g_bytes_get_size (words));
  neg_fiction_add_harmless (text);
}

void
neg_privacy_hold (void)
{
  if (neg_privacy_get ()->n_holds++ > 0)
    return;
  learn_own_words ();
  neg_fiction_set_on (TRUE);
  _neg_privacy_hide_typed ();
  neg_privacy_change ();
}

void
neg_privacy_release (void)
{
  NegPrivacy *self = neg_privacy_get ();

  g_return_if_fail (self->n_holds > 0);

  if (--self->n_holds > 0)
    return;
  neg_fiction_set_on (FALSE);
  _neg_privacy_show_typed ();
  neg_privacy_change ();
}

void
neg_privacy_watch (gpointer object, GCallback refresh)
{
  g_signal_connect_object (neg_privacy_get (), "changed", refresh, object, G_CONNECT_SWAPPED);
}

const char *
neg_privacy_get_refusal (void)
{
  return neg_fiction_is_on () ? _ ("Not while invented people are shown in place of patients.") : NULL;
}
