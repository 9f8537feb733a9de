/* Help from people, for windows: what the site offers, what was sent from here, and what came back. One for the application.
 * Thread: main. */
#pragma once

#include "support/neg-feedback.h"
#include "ui/neg-network.h"

G_BEGIN_DECLS

/* What somebody sent. */
typedef struct {
  gint64 post;
  char *uuid, *state;  /* "waiting", "done", "refused" */
  char *problem;       /* why it waits or was refused; "" */
  gint64 made_us;
  NegFeedbackItem *item;     /* what was sent */
  NegFeedbackAnswer *answer; /* nullable */
  gboolean is_seen;          /* the answer */
} NegSentFeedback;

#define NEG_TYPE_SUPPORT_MODEL (neg_support_model_get_type ())
G_DECLARE_FINAL_TYPE (NegSupportModel, neg_support_model, NEG, SUPPORT_MODEL, GObject)

/* The one of @network: made when it is first asked for, and gone with it. Borrowed. Signal "changed" (). */
NegSupportModel *neg_support_model_get (NegNetwork *network);

/* [support] of the site; NULL until it is read, and where it is wrong: then the problem says what. Borrowed. */
const NegSupport *neg_support_model_get_support (NegSupportModel *model);
const char *neg_support_model_get_problem (NegSupportModel *model); /* "": none */

/* NegRole of who works here; 0 until it is known. */
guint neg_support_model_get_roles (NegSupportModel *model);
/* Who sends, from which page; neg_sender_clear(). */
void neg_support_model_init_sender (NegSupportModel *model, const char *page, NegSender *sender);

/* NegSentFeedback, newest first; borrowed until "changed". */
GPtrArray *neg_support_model_get_feedback (NegSupportModel *model);
guint neg_support_model_get_n_unseen (NegSupportModel *model); /* answers */
void neg_support_model_set_seen (NegSupportModel *model, gint64 post);
void neg_support_model_retry (NegSupportModel *model, gint64 post);

/* Hands something to the agent, who keeps it until it has arrived: done when it is on the disk. @kind "feedback" or "support";
 * @picture nullable: PNG. */
void neg_support_model_send_async (NegSupportModel *model, const char *kind, const char *json, GBytes *picture,
                                   GAsyncReadyCallback callback, gpointer user_data);
gboolean neg_support_model_send_finish (NegSupportModel *model, GAsyncResult *result, GError **error);

G_END_DECLS
