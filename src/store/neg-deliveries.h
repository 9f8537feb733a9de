/* Where a study goes and what is known of its objects there. Only what the peer has committed to keep (PS3.4 annex J) is proved to have
 * arrived. Thread: as the database's; writing functions are called within neg_archive_write(). */
#pragma once

#include "store/neg-database.h"

G_BEGIN_DECLS

#define NEG_DELIVERY_ROUTE_NOTE "rejection note" /* why it goes there: whoever has something of the study hears of it */

typedef enum {
  NEG_DELIVERY_QUEUED,    /* not sent yet */
  NEG_DELIVERY_SENT,      /* on an association that has not answered */
  NEG_DELIVERY_ACCEPTED,  /* success or a warning: the peer has taken it */
  NEG_DELIVERY_COMMITTED, /* the peer keeps it */
  NEG_DELIVERY_REFUSED,   /* status says why; also: not committed, with the reason */
  NEG_DELIVERY_SETTLED,   /* a person: it does not matter any more */
} NegDeliveryState;

const char *neg_delivery_state_get_name (NegDeliveryState state); /* "queued", ... as in JSON */

typedef struct {
  gint64 id, study_id, job_id; /* job_id 0: no job works on it */
  char *peer, *route, *user, *message; /* message: why it is not further; "" */
  gint64 made_us, commit_by_us;        /* 0: the peer is not asked to commit: accepted is all that will be known */
  guint n[6];                          /* objects by NegDeliveryState */
  gboolean is_late;                    /* commitment should have come by now */
  char *settled_by, *settled_words;
  gint64 settled_us;
} NegDelivery;

void neg_delivery_free (NegDelivery *delivery);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegDelivery, neg_delivery_free)

typedef struct {
  gint64 instance_id;
  char *sop_instance_uid, *sop_class_uid, *series_uid, *words;
  NegDeliveryState state;
  guint status;
  gint64 changed_us;
} NegDeliveryObject;

void neg_delivery_object_free (NegDeliveryObject *object);

/* Newest first. @study_id 0: of all. */
GPtrArray *neg_deliveries_list (NegDatabase *database, gint64 study_id, gint64 now_us, guint limit, GError **error);
NegDelivery *neg_deliveries_find (NegDatabase *database, gint64 id, gint64 now_us, GError **error);
GPtrArray *neg_deliveries_list_objects (NegDatabase *database, gint64 id, guint limit, GError **error);
/* Anything of these objects that a peer may have by now (SENT and later, or sent by a job of the queue): for what may be undone and what
 * needs another UID. */
gboolean neg_deliveries_may_have_left (NegDatabase *database, gint64 instance_id, gboolean *may, GError **error);

/* --- writing --- */

/* The study's current objects to @delivery->peer, all QUEUED, but for what that peer has committed to already, and images that a
 * rejection names (@with_rejected: these too); id is given. CONFLICT: there is nothing to be sent. */
gboolean neg_deliveries_add (NegDatabase *database, NegDelivery *delivery, gboolean with_rejected, GError **error);
/* One object alone, whoever has committed to it. */
gboolean neg_deliveries_add_object (NegDatabase *database, NegDelivery *delivery, gint64 instance_id, GError **error);
/* One that has nothing to send. */
gboolean neg_deliveries_forget (NegDatabase *database, gint64 id, GError **error);
/* What was refused, or is on an association that broke, is QUEUED, and the peer has the site's time again. */
gboolean neg_deliveries_requeue (NegDatabase *database, gint64 id, gint64 now_us, GError **error);
/* Deliveries (gint64) with something to do that no job of the queue is for: after a crash. */
GArray *neg_deliveries_list_left (NegDatabase *database, GError **error);
/* A job of the delivery is at work that the delivery does not name: it begins, or it is at its end and looks at nothing any more. */
gboolean neg_deliveries_is_between (NegDatabase *database, gint64 id, gboolean *is_between, GError **error);
gboolean neg_deliveries_set_job (NegDatabase *database, gint64 id, gint64 job_id, const char *message, GError **error);

typedef struct {
  gint64 instance_id;
  NegDeliveryState state;
  guint status;
  const char *words;
} NegDeliveryChange;

/* What is COMMITTED or SETTLED stays so, and what was replaced before it was SENT is not sent. Objects that are QUEUED after they were SENT
 * keep words, of which the peer may have something; "" changes none. */
gboolean neg_deliveries_set_objects (NegDatabase *database, gint64 id, const NegDeliveryChange *changes, guint n, gint64 now_us,
                                     GError **error);
/* Before the peer is asked, so that its answer is known whenever it comes. @commit_by_us holds from the first question on. */
gboolean neg_deliveries_ask (NegDatabase *database, gint64 id, const char *transaction_uid, gint64 commit_by_us, gint64 now_us,
                             GError **error);
/* @committed a(ss), @failed a(ssu) as in NEG_NET_EVENT. *study_id 0: nobody knows that transaction, or @peer was not asked. Only objects
 * of the delivery that were asked about are changed. The desk is put right. */
gboolean neg_deliveries_answer (NegDatabase *database, const char *transaction_uid, const char *peer, GVariant *committed,
                                GVariant *failed, gint64 now_us, gint64 *study_id, GError **error);
gboolean neg_deliveries_settle (NegDatabase *database, gint64 id, const char *user, const char *words, gint64 now_us, GError **error);
/* The study's row of the desk: RELEASED until every delivery has ended well, then ARRIVED, or NEW when there is more that was never
 * released. */
gboolean neg_deliveries_update_desk (NegDatabase *database, gint64 study_id, gint64 now_us, GError **error);

gboolean neg_deliveries_note_syntax (NegDatabase *database, const char *peer, const char *sop_class_uid,
                                     const char *transfer_syntax_uid, gboolean accepted, gint64 now_us, GError **error);
/* "SOP class\\transfer syntax" (char *) that the peer has refused in its last association: a set, given. */
GHashTable *neg_deliveries_list_refused (NegDatabase *database, const char *peer, GError **error);

G_END_DECLS
