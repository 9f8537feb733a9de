/* What the agent and a network engine say to each other: the same framing as neg-message.h, with a body that is one
 * GVariant (little-endian, normal form) of the type named here. An engine that was given NET_BEGIN holds one association
 * or talks to one web archive, and ends with it. Everything that comes from it is hostile: types and ranges are checked
 * where it is read, neg_net_message_receive().
 *
 * Data sets travel flat: "attributes" a(ss), each a path and a value. The path is a keyword, or 8 hex digits where the
 * dictionary has none, inside sequences "ScheduledProcedureStepSequence[0].Modality"; the value is UTF-8, values joined
 * by backslash. Bulk data is left out. Statuses are DICOM's (PS3.7 annex C, PS3.4). Numbers of objects count from 0 in
 * the order of NET_SEND / NET_FILES.
 *
 * Agent to engine:                                                      descriptors
 *   NET_BEGIN    a{sv}: the options below                               the connected socket
 *   NET_KEYS     (uuba(ss)) id, limit, relational?, keys: C-FIND/QIDO; "QueryRetrieveLevel" among the keys, empty
 *                values are return keys                                 -
 *                Of "web-fetch": limit 0, keys "url" "accept" "if-none-match" "if-modified-since" "bytes-max" "limit-s" (of
 *                the whole), with "content-type" a POST of "body" (text), which a status of 2xx accepts whatever follows it; the
 *                answer's body goes into the next file when its status is 200, and NET_ROWS tell "etag" "location"
 *                "last-modified" (where it was 2 s ago at least), NET_DONE HTTP's status
 *   NET_SEND     (usssts) number, SOP class, SOP instance, transfer syntax, offset of the data set in the file,
 *                "" or why not                                          the file, for reading
 *   NET_FILES    (u) n empty files more to receive into; 0: there is room for none now, and what comes without one is
 *                refused (A700) and told by a NET_PROGRESS                n files, for writing at offset 0
 *   NET_STATUS   (uus) number of the received file, status, comment: what the peer is told. 0 of what is sent to us only
 *                after the commit. Of what we have asked for on this association (by C-GET; WADO-RS tells nobody) the
 *                engine does not wait for it: that peer still holds it, and the retrieve is judged when all of it is
 *                committed
 *   NET_MOVE     (ssa(ss)) destination AE, "", keys: C-MOVE. C-GET and WADO-RS: destination ""
 *   NET_ACTION   (sa(ss)) transaction UID, (SOP class, SOP instance): N-ACTION of storage commitment
 *   NET_TELL_STEP (bsa(ss)) N-CREATE (else N-SET) of a performed procedure step: its UID, attributes; answered by NET_DONE (0, ...)
 *   NET_REPORT   (sa(ss)a(ssu)) what a peer has asked us to commit: transaction UID, committed, failed: N-EVENT-REPORT; answered by
 *                NET_DONE (0, ...). In the role "scp", too, once a NET_ASKED was answered well
 *   NET_VERDICT  (uu) result, reason of A-ASSOCIATE-RJ (PS3.8 9.3.4: result 0 = accept, 1 permanent; reason of source 1)
 *   NET_SOCKET   (s) "" or why there is none: another connection, asked for by NET_CONNECT     the socket, or none
 *   NET_FINISH   () nothing more is asked: release. CANCEL (neg-message.h): C-CANCEL, then abort after its grace
 * Engine to agent:
 *   NET_OPENED   a{sv}: "implementation" s, "contexts" a(ssy) SOP class, transfer syntax accepted (or ""), result;
 *                SCP: "calling-ae" s, "called-ae" s, "peer-subject" s of a checked certificate: asks for NET_VERDICT
 *   NET_ROWS     (uaa(ss)) id, data sets
 *   NET_DONE     (uuas) id or number (of NET_SEND: the object's; else 0), status, [comment, ...]: one thing asked for
 *                has its final status; of C-MOVE and C-GET with NET_COUNTS before it. Role "echo" asks by itself
 *   NET_COUNTS   (uuuu) remaining, completed, failed, warning
 *   NET_FAILED   as() SOP instance UIDs that the peer names as failed
 *   NET_PROGRESS (t) bytes of data sets that have passed since the last one; also 0 of them: every 10 s at least while
 *                anything comes or goes, as long as nothing else is told
 *   NET_RECEIVED (uta{sv}) number of the file, bytes written, "sop-class" "sop-instance" "transfer-syntax"
 *                "move-originator" s, "move-message" u; "record" ay (neg_object_record_write) or "error" (us) code, message
 *   NET_EVENT    (sa(ss)a(ssu)) transaction UID, committed (class, instance), failed (class, instance, reason):
 *                N-EVENT-REPORT; answered by NET_STATUS (0, status, "")
 *   NET_STEP     (bsa(ss)) N-CREATE (else N-SET) of a performed procedure step: its UID (of a creation also ""), attributes, all of
 *                them; answered by NET_STATUS (0, status, the UID that it has)
 *   NET_ASKED    (ssa(ss)) N-ACTION of storage commitment: transaction UID, performed procedure step ("" not said), (class, instance);
 *                answered by NET_STATUS (0, status, "")
 *   NET_CONNECT  () web: the server has closed the connection and another one is needed
 *   NET_END      (uss) 0, or NegErrorCode + 1, message, where: the association is over; the engine ends itself
 */
#pragma once

#include "wire/neg-message.h"

G_BEGIN_DECLS

typedef enum {
  NEG_NET_BEGIN = 32,
  NEG_NET_KEYS,
  NEG_NET_SEND,
  NEG_NET_FILES,
  NEG_NET_STATUS,
  NEG_NET_MOVE,
  NEG_NET_ACTION,
  NEG_NET_VERDICT,
  NEG_NET_SOCKET,
  NEG_NET_FINISH,
  NEG_NET_TELL_STEP,
  NEG_NET_REPORT,
  NEG_NET_OPENED = 96,
  NEG_NET_ROWS,
  NEG_NET_DONE,
  NEG_NET_COUNTS,
  NEG_NET_FAILED,
  NEG_NET_PROGRESS,
  NEG_NET_RECEIVED,
  NEG_NET_EVENT,
  NEG_NET_CONNECT,
  NEG_NET_END,
  NEG_NET_STEP,
  NEG_NET_ASKED,
} NegNetMessageType;

/* Options of NET_BEGIN. Those marked * are always there. */
#define NEG_NET_ROLE "role"               /* *s: "scp", "echo", "query", "worklist", "move", "get", "store", "commit", "mpps", "report",
                                             "web-query", "web-retrieve", "web-store", "web-fetch" */
#define NEG_NET_CALLING_AE "calling-ae"   /* s */
#define NEG_NET_CALLED_AE "called-ae"     /* s */
#define NEG_NET_TIMEOUT_S "timeout-s"     /* u: silence of the peer, default 30 */
#define NEG_NET_MODEL "model"             /* s: "study" (default), "patient" */
#define NEG_NET_CONTEXTS "contexts"       /* a(sas): of "store": SOP class and its transfer syntaxes; 128 at most */
#define NEG_NET_TLS "tls"                 /* b */
#define NEG_NET_TLS_HOST "tls-host"       /* s: the name that the certificate must be of; SCU and web */
#define NEG_NET_TLS_CA "tls-ca"           /* ay: PEM; absent: the system's for web, an error for DICOM */
#define NEG_NET_TLS_CERTIFICATE "tls-certificate" /* ay: PEM, own */
#define NEG_NET_TLS_KEY "tls-key"         /* ay: PEM */
#define NEG_NET_TLS_NEED_CLIENT "tls-need-client" /* b: of "scp" */
#define NEG_NET_MESSAGE_ID "message-id"   /* u: of "move": of its first C-MOVE; the next ones count on */
#define NEG_NET_URL "url"                 /* s: of web: the base, https://host:port/path */
#define NEG_NET_AUTHORIZATION "authorization" /* s: of web: the header's value */

#define NEG_NET_FILES_MAX 8 /* descriptors in one message */
#define NEG_NET_BODY_MAX (16u << 20)
#define NEG_NET_ROWS_MAX 200 /* data sets in one message */

/* The GVariant type of @type's body; NULL for a type that is none of ours. */
const GVariantType *neg_net_message_get_type (guint16 type);

/* One message, blocking. Sending consumes a floating @body; @fds are borrowed. */
gboolean neg_net_message_send (int socket, NegNetMessageType type, GVariant *body, const int *fds, guint n_fds,
                               GError **error);

/* @body is of the type that belongs to *type, in normal form, given; @fds (int, CLOEXEC) are given, to be closed by the
 * caller. CANCEL arrives as NEG_MESSAGE_CANCEL with an empty tuple. ABORTED: the other side is gone. PROTOCOL. */
GVariant *neg_net_message_receive (int socket, guint16 *type, GArray *fds, GError **error);

G_END_DECLS
