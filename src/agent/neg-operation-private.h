/* What the operations share: a connection, an engine, an association that is open. */
#pragma once

#include "agent/neg-operation.h"
#include "agent/neg-receive-store.h"
#include "base/neg-error.h"

G_BEGIN_DECLS

#define NEG_CONNECT_MS 10000
#define NEG_SILENCE_S 30    /* of a peer */
#define NEG_MOVE_SILENCE_S 90 /* of a peer that sends on another association */
/* Of a final response: no success and no warning (PS3.7 annex C). Pending is none. */
#define NEG_RESPONSE_FAILED(status) ((status) != 0 && ((status) & 0xf000) != 0xb000)

/* neg-peer-connect.c. Given with g_resolver_free_addresses(). */
GList *_neg_peer_resolve (const NegPeer *peer, guint timeout_ms, GCancellable *cancellable, GError **error);
int _neg_peer_connect_addresses (const NegPeer *peer, GList *addresses, guint timeout_ms, GCancellable *cancellable,
                                 GError **error);
void _neg_socket_prepare (int socket);

/* neg-operation-association.c */
typedef struct {
  NegAgent *agent;
  const NegPeer *peer;
  NegNetSession *session;
  GCancellable *cancellable; /* nullable */
  GVariant *contexts; /* a(ssy) of NEG_NET_OPENED; NULL of web peers */
} NegAssociation;

/* Connects and negotiates. @role is DIMSE's, also for peers of DICOMweb. @options: more of NET_BEGIN, consumed;
 * nullable. */
gboolean _neg_association_open (NegAssociation *association, NegAgent *agent, const NegPeer *peer, const char *role,
                                GVariantDict *options, GCancellable *cancellable, GError **error);
/* The same on a socket that is connected; it is consumed. */
gboolean _neg_association_open_on (NegAssociation *association, int socket, NegAgent *agent, const NegPeer *peer,
                                   const char *role, GVariantDict *options, GCancellable *cancellable,
                                   GError **error);
void _neg_association_clear (NegAssociation *association);
/* The engine opens nothing: certificates and keys go as bytes. @path "": nothing to add. */
gboolean _neg_association_add_file (GVariantDict *options, const char *name, const char *path, GError **error);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegAssociation, _neg_association_clear)

gboolean _neg_association_send (NegAssociation *association, NegNetMessageType type, GVariant *body, GError **error);
/* The next message; an early end is an error. A web archive's wish for another connection is granted on the way. */
gboolean _neg_association_receive (NegAssociation *association, NegNetMessage *message, GError **error);
/* Nothing more is asked: waits for the end. */
gboolean _neg_association_finish (NegAssociation *association, GError **error);

/* neg-operation-syntax.c. A context was accepted for this pair. */
gboolean _neg_association_takes (const NegAssociation *association, const char *sop_class_uid,
                                 const char *transfer_syntax_uid);
gboolean _neg_syntax_is_compressed (const char *uid);
/* Which pairs of @objects (NegOutgoingObject) the peer has accepted is known from now on. */
gboolean _neg_association_note_syntaxes (NegAssociation *association, GPtrArray *objects, GError **error);
/* Its file, as it is or, where the peer takes its class without compression only, decoded: losslessly, into a file without a name.
 * -1: *reason (given, else "") says why not. *syntax and *offset are those of what is sent. */
int _neg_outgoing_open (NegAssociation *association, const NegOutgoingObject *object, const char **syntax, guint64 *offset,
                        char **reason);

/* *error of any domain becomes NEG_ERROR about the peer. Always FALSE. */
gboolean _neg_operation_locate (const NegPeer *peer, GError **error);
/* A status as people say it; given. */
char *_neg_status_describe (guint status, const char *comment);
NegErrorCode _neg_status_get_code (guint status);

/* Audits what was done at a peer. A failure to write it is the operation's own. */
gboolean _neg_operation_audit (NegAgent *agent, const NegPeer *peer, NegAuditEvent event, gboolean failed,
                               const char *study_uid, const char *detail, GError **error);

/* Keys (path to value) as a(ss); floating. */
GVariant *_neg_keys_to_variant (GHashTable *keys);

/* Flat queries without audit: neg-operation-query.c. Rows are appended to @rows. */
gboolean _neg_query_run (NegAssociation *association, const char *level, GHashTable *keys, guint limit,
                         GPtrArray *rows, char **cut_reason, GError **error);

/* neg-operation-echo.c: of an association in the role "echo"; of any kind of peer. */
gboolean _neg_echo_await (NegAssociation *association, GError **error);

/* neg-operation-list.c: what the peer says that it has of a study, and what of that is here. */
typedef struct {
  char *sop_instance_uid, *sop_class_uid /* "" not told */, *study_uid, *series_uid;
  gboolean is_here;
} NegListed;

/* Whose study the peer says it is; all NULL: it does not say. */
typedef struct {
  char *id, *issuer, *name;
  gboolean is_several; /* one study UID, several patients */
} NegListedPatient;

void _neg_listed_patient_clear (NegListedPatient *patient);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegListedPatient, _neg_listed_patient_clear)
/* Of answers of the level of studies. */
void _neg_listed_patient_read (NegListedPatient *patient, GPtrArray *rows, const char *study_uid);

/* A study of one patient in one answer: enough to ask for all of it, and to know afterwards whether that came. */
typedef struct {
  guint n_images;     /* 0: this is not to be relied on */
  char **sop_classes; /* of what C-GET has to propose; NULL: not asked */
} NegListedSum;

void _neg_listed_sum_clear (NegListedSum *sum);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegListedSum, _neg_listed_sum_clear)
/* Of answers of the level of studies. */
void _neg_listed_sum_read (NegListedSum *sum, GPtrArray *rows, const char *study_uid, gboolean needs_classes);

/* Level by level, as a peer without relational queries needs it. NegListed, given with its free function. With @sum
 * (nullable) the level of studies will do where it can: then *listing is NULL. */
gboolean _neg_listing_ask (NegAgent *agent, const NegPeer *peer, const char *study_uid, const char *series_uid,
                           GCancellable *cancellable, NegListedPatient *patient, NegListedSum *sum,
                           GPtrArray **listing, GError **error);
/* How many images of the study are here with their files, whoever's they are. */
gboolean _neg_listing_count_here (NegAgent *agent, const char *study_uid, guint *n_here, GError **error);
/* Looks into the archive for what is here, of this study and patient (NULL: of whoever has it) and with its file; the
 * number that is not. CONFLICT: @patient may be several that have this study here. */
gboolean _neg_listing_compare (NegAgent *agent, GPtrArray *listing, const NegListedPatient *patient, guint *n_missing,
                               GError **error);
/* a(sas) of the SOP classes of what is missing, none with its syntaxes: of NET_BEGIN. NULL: some are not told. */
GVariant *_neg_listing_make_contexts (GPtrArray *listing);
GVariant *_neg_listed_sum_make_contexts (const NegListedSum *sum);
/* FALSE: something of @listing that is missing is of a class that the sum does not name, and was not proposed. */
gboolean _neg_listed_sum_names (const NegListedSum *sum, GPtrArray *listing);
/* The identifiers (GHashTable of keys, given with its free function) that fetch what is missing and no more than needed:
 * the whole study when nothing is here, else series, or images by their UIDs. @listing nullable. */
GPtrArray *_neg_listing_make_identifiers (GPtrArray *listing, const char *study_uid, const char *series_uid);

/* neg-operation-transfer.c. What is not here as failed objects of @transfer, unless it is among them. */
void _neg_job_object_free (NegJobObject *object);
void _neg_transfer_add_missing (NegTransfer *transfer, GPtrArray *listing);
void _neg_transfer_add (NegTransfer *transfer, const char *sop_uid, gboolean failed, guint status, const char *message);

/* One entry for each study and patient of the NegOutgoingObject in @objects, with how many of them: "@verb N objects". With
 * @results (NegJobObject; nullable), of which one has failed that is named as such, or where all have (@failed). */
gboolean _neg_operation_audit_objects (NegAgent *agent, const NegPeer *peer, NegAuditEvent event, gboolean failed,
                                       GPtrArray *objects, GPtrArray *results, const char *verb, GError **error);

/* neg-operation-web.c: what differs where the peer is asked by DICOMweb. The role instead of DIMSE's; NULL: none. */
const char *_neg_web_get_role (const NegPeer *peer, const char *role, GError **error);
gboolean _neg_web_add_options (GVariantDict *options, const NegPeer *peer, GError **error);
/* Instead of an echo: asks for a study that there is not. */
gboolean _neg_web_probe (NegAssociation *association, GError **error);

G_END_DECLS
