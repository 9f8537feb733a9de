#include "config.h"

#include "ui/neg-support-model.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "model/neg-roles.h"

#define MODEL_KEY "neg-support-model"
#define CALL_LIMIT_MS 30000

struct _NegSupportModel {
  GObject parent_instance;

  NegNetwork *network; /* weak: it owns the model */
  NegSupport *support; /* nullable */
  char *problem;
  guint roles;
  GPtrArray *feedback;
  guint n_unseen;
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (NegSupportModel, neg_support_model, G_TYPE_OBJECT)

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
sent_feedback_free (gpointer data)
{
  NegSentFeedback *sent = data;

  g_free (sent->uuid);
  g_free (sent->state);
  g_free (sent->problem);
  g_clear_pointer (&sent->item, neg_feedback_item_free);
  g_clear_pointer (&sent->answer, neg_feedback_answer_free);
  g_free (sent);
}

/* --- the site --- */

typedef struct {
  char *home, *config;
  NegSupport *support;
  guint roles;
} Site;

static void
site_free (gpointer data)
{
  Site *site = data;

  g_free (site->home);
  g_free (site->config);
  g_clear_pointer (&site->support, neg_support_free);
  g_free (site);
}

static void
site_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Site *read = data;
  GError *error = NULL;
  g_autoptr (NegSite) site = neg_site_load (read->home, read->config, NULL, &error);

  if (site != NULL && neg_roles_of_user (site, NULL, &read->roles, &error))
    read->support = neg_support_new (site, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
site_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  NegSupportModel *self = NEG_SUPPORT_MODEL (source);
  Site *read = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  self->roles = read->roles;
  self->support = g_steal_pointer (&read->support);
  self->problem = g_strdup (error != NULL ? error->message : "");
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
read_site (NegSupportModel *self)
{
  Site *read = g_new0 (Site, 1);
  g_autoptr (GTask) task = g_task_new (self, self->cancellable, site_cb, NULL);

  read->home = g_strdup (neg_network_get_home (self->network));
  read->config = g_strdup (neg_network_get_config (self->network));
  g_task_set_task_data (task, read, site_free);
  g_task_run_in_thread (task, site_thread);
}

/* --- what was sent --- */

static char *
dup_field (GVariant *post, const char *name)
{
  const char *text = "";

  g_variant_lookup (post, name, "&s", &text);
  return g_strdup (text);
}

static NegSentFeedback *
read_post (GVariant *post)
{
  NegSentFeedback *sent = g_new0 (NegSentFeedback, 1);
  g_autofree char *json = dup_field (post, "json");
  g_autofree char *answer = dup_field (post, "answer");

  g_variant_lookup (post, "id", "x", &sent->post);
  g_variant_lookup (post, "made-us", "x", &sent->made_us);
  g_variant_lookup (post, "seen", "b", &sent->is_seen);
  sent->uuid = dup_field (post, "uuid");
  sent->state = dup_field (post, "state");
  sent->problem = dup_field (post, "error");
  sent->item = neg_feedback_item_parse (json, strlen (json), NULL); /* ours; NULL: of another version, not shown */
  if (*answer != '\0')
    sent->answer = neg_feedback_answer_parse (answer, strlen (answer), NULL);
  return sent;
}

static void
take_posts (NegSupportModel *self, GVariant *posts)
{
  g_ptr_array_set_size (self->feedback, 0);
  self->n_unseen = 0;
  for (gsize i = g_variant_n_children (posts); i > 0; i--) {
    g_autoptr (GVariant) post = g_variant_get_child_value (posts, i - 1);
    NegSentFeedback *sent = read_post (post);

    if (sent->item == NULL) {
      sent_feedback_free (sent);
      continue;
    }
    self->n_unseen += sent->answer != NULL && !sent->is_seen;
    g_ptr_array_add (self->feedback, sent);
  }
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegSupportModel) self = data;
  g_autoptr (GVariant) answer = neg_network_call_finish (NEG_NETWORK (source), result, NULL);
  g_autoptr (GVariant) posts = NULL;

  if (answer == NULL || !g_variant_is_of_type (answer, G_VARIANT_TYPE ("(aa{sv})")))
    return; /* it is asked again when the agent is there */
  posts = g_variant_get_child_value (answer, 0);
  take_posts (self, posts);
}

static void
posts_changed_cb (NegSupportModel *self, const char *kind, gint64 post)
{
  if (*kind == '\0' || g_str_equal (kind, "feedback"))
    neg_network_call_async (self->network, "ListPosts", g_variant_new ("(s)", "feedback"), CALL_LIMIT_MS, self->cancellable,
                            listed_cb, g_object_ref (self));
}

static void
control (NegSupportModel *self, gint64 post, const char *action)
{
  if (self->network != NULL)
    neg_network_call_async (self->network, "ControlPost", g_variant_new ("(xs)", post, action), CALL_LIMIT_MS,
                            self->cancellable, NULL, NULL);
}

void
neg_support_model_set_seen (NegSupportModel *self, gint64 post)
{
  control (self, post, "seen");
}

void
neg_support_model_retry (NegSupportModel *self, gint64 post)
{
  control (self, post, "retry");
}

/* --- sending --- */

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  g_autoptr (GVariant) answer = neg_network_call_finish (NEG_NETWORK (source), result, &error);

  if (answer != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static int
open_picture (GBytes *picture)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (picture, &size);
  int fd = memfd_create ("picture", MFD_CLOEXEC);

  while (fd >= 0 && size > 0) {
    const gssize written = write (fd, bytes, size);

    if (written <= 0) {
      close (fd);
      return -1;
    }
    bytes += written;
    size -= written;
  }
  if (fd >= 0)
    lseek (fd, 0, SEEK_SET);
  return fd;
}

void
neg_support_model_send_async (NegSupportModel *self, const char *kind, const char *json, GBytes *picture,
                              GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  g_autoptr (GUnixFDList) files = g_unix_fd_list_new ();
  g_auto (GVariantBuilder) places = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("ah"));

  if (picture != NULL) {
    const int fd = open_picture (picture);
    const int place = fd >= 0 ? g_unix_fd_list_append (files, fd, NULL) : -1;

    if (fd >= 0)
      close (fd);
    if (place < 0) {
      g_task_return_new_error (task, NEG_ERROR, NEG_ERROR_MEMORY, "there is no memory for the picture");
      return;
    }
    g_variant_builder_add (&places, "h", place);
  }
  neg_network_call_with_files_async (self->network, "Post", g_variant_new ("(ssah)", kind, json, &places), files, CALL_LIMIT_MS,
                                     NULL, sent_cb, g_object_ref (task));
}

gboolean
neg_support_model_send_finish (NegSupportModel *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- for windows --- */

NegSupportModel *
neg_support_model_get (NegNetwork *network)
{
  NegSupportModel *self = g_object_get_data (G_OBJECT (network), MODEL_KEY);

  if (self != NULL)
    return self;
  self = g_object_new (NEG_TYPE_SUPPORT_MODEL, NULL);
  g_set_weak_pointer (&self->network, network);
  g_object_set_data_full (G_OBJECT (network), MODEL_KEY, self, g_object_unref);
  g_signal_connect_object (network, "posts-changed", G_CALLBACK (posts_changed_cb), self, G_CONNECT_SWAPPED);
  read_site (self);
  if (neg_network_get_state (network) == NEG_NETWORK_READY)
    posts_changed_cb (self, "", 0);
  return self;
}

const NegSupport *
neg_support_model_get_support (NegSupportModel *self)
{
  return self->support;
}

const char *
neg_support_model_get_problem (NegSupportModel *self)
{
  return self->problem != NULL ? self->problem : "";
}

guint
neg_support_model_get_roles (NegSupportModel *self)
{
  return self->roles;
}

/* Who has every role has none that says anything. */
void
neg_support_model_init_sender (NegSupportModel *self, const char *page, NegSender *sender)
{
  const char *role = "";

  for (guint i = 0; self->roles != NEG_ROLE_ALL && i < NEG_ROLE_N; i++)
    if (self->roles & (1u << i))
      role = neg_role_get_name ((NegRole) (1u << i));
  neg_sender_init (sender, role, page);
}

GPtrArray *
neg_support_model_get_feedback (NegSupportModel *self)
{
  return self->feedback;
}

guint
neg_support_model_get_n_unseen (NegSupportModel *self)
{
  return self->n_unseen;
}

static void
neg_support_model_dispose (GObject *object)
{
  NegSupportModel *self = NEG_SUPPORT_MODEL (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_weak_pointer (&self->network);
  G_OBJECT_CLASS (neg_support_model_parent_class)->dispose (object);
}

static void
neg_support_model_finalize (GObject *object)
{
  NegSupportModel *self = NEG_SUPPORT_MODEL (object);

  g_clear_pointer (&self->support, neg_support_free);
  g_free (self->problem);
  g_ptr_array_unref (self->feedback);
  g_object_unref (self->cancellable);
  G_OBJECT_CLASS (neg_support_model_parent_class)->finalize (object);
}

static void
neg_support_model_class_init (NegSupportModelClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_support_model_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_support_model_finalize;
  signals[CHANGED]
      = g_signal_new ("changed", NEG_TYPE_SUPPORT_MODEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
neg_support_model_init (NegSupportModel *self)
{
  self->cancellable = g_cancellable_new ();
  self->feedback = g_ptr_array_new_with_free_func (sent_feedback_free);
}
