/* The messages between a requester and an engine, over one socketpair (SOCK_STREAM).
 *
 * A message is a fixed header {u32 body length, u16 type, u16 descriptors, u64 request id} and a body, little-endian.
 * Descriptors travel as SCM_RIGHTS with the header's first byte. Both sides check everything: a length beyond
 * NEG_MESSAGE_BODY_MAX, an unknown type, a body that is not exactly its message, a count of descriptors other than
 * announced, is NEG_ERROR_PROTOCOL and ends the connection.
 *
 * Requests (body):                                                       descriptors
 *   SCAN     u32 n, n x {u64 offset, u64 length}                          n <= 250 objects
 *   DECODE   u64 object id, u64 offset, u64 length, u8 form (NegFrameForm),
 *            u32 n, n x {u32 frame, u64 slot offset, u64 slot bytes}      object, sealed memory file
 *   EXTRACT  u64 offset, u64 length, u32 n, n x {u32 entry, u64 target offset, u64 bytes}
 *                                                                         archive, sealed memory file
 *   INDEX    u8 complete (the whole object is scanned, too), u32 n, n x {u64 offset, u64 length}
 *                                                                         n <= 250 objects
 *   COMPOSE  u32 bytes of what neg_compose_write() writes, that, u32 1, u64 offset, u64 length   an object
 *   TAGS     u32 n, n x {u64 offset, u64 length}                          n <= 250 objects
 *   MODIFY   what neg_modify_write() writes, u32 n, n x {u64 offset, u64 length}
 *                                                                         n <= 64 times: an object, a file for writing
 *   VET      empty, to an engine started for it                            a video
 *   CANCEL   empty (the id is the request's)                              none
 * Answers:
 *   READY    u32 protocol version, once, when the engine has sealed itself
 *   ITEM     u32 index, u8 ok, then: ok = 0: u32 code, string message, string where
 *            SCAN: u8 NegScanKind, then what neg_scan_result_write() writes; DECODE: NegFrameFormat; EXTRACT: u64 bytes;
 *            INDEX: what neg_object_record_write() writes; COMPOSE: u32 bytes, the object; TAGS: what neg_tags_write()
 *            writes; MODIFY: what neg_modified_write() writes; VET: instead of all that what
 *            neg_video_info_write() writes, and nothing behind it
 *   DONE     empty: every item of the request has been answered (or it was cancelled)
 *
 * The object id lets an engine keep an object's layout between requests; it is the requester's word and nothing but
 * a key of that requester's own objects. */
#pragma once

#include "base/neg-bytes.h"
#include "model/neg-frame.h"
#include "model/neg-instance.h"
#include "model/neg-object-record.h"

G_BEGIN_DECLS

#define NEG_PROTOCOL_VERSION 5
#define NEG_MESSAGE_HEADER_BYTES 16
#define NEG_MESSAGE_BODY_MAX (256u << 20)
#define NEG_SCAN_BATCH_MAX 250
#define NEG_DECODE_BATCH_MAX 4096
#define NEG_MODIFY_BATCH_MAX 64
#define NEG_INDEX_NO_OBJECT "file" /* "where" of INDEX's NEG_ERROR_UNREADABLE for what is merely no DICOM */

typedef enum {
  NEG_MESSAGE_SCAN = 1,
  NEG_MESSAGE_DECODE,
  NEG_MESSAGE_EXTRACT,
  NEG_MESSAGE_INDEX,
  NEG_MESSAGE_COMPOSE,
  NEG_MESSAGE_TAGS,
  NEG_MESSAGE_MODIFY,
  NEG_MESSAGE_VET,
  NEG_MESSAGE_CANCEL,
  NEG_MESSAGE_READY = 64,
  NEG_MESSAGE_ITEM,
  NEG_MESSAGE_DONE,
} NegMessageType;

typedef struct {
  guint32 body_length;
  guint16 type;
  guint16 n_fds;
  guint64 request_id;
} NegMessageHeader;

void neg_message_header_write (const NegMessageHeader *header, guint8 bytes[NEG_MESSAGE_HEADER_BYTES]);
gboolean neg_message_header_read (NegMessageHeader *header, const guint8 bytes[NEG_MESSAGE_HEADER_BYTES],
                                  GError **error);

/* What one scanned thing turned out to be. */
typedef enum {
  NEG_SCAN_INSTANCE,  /* one DICOM object */
  NEG_SCAN_DIRECTORY, /* a DICOMDIR: the files it refers to */
  NEG_SCAN_ARCHIVE,   /* a ZIP: its entries */
} NegScanKind;

typedef struct {
  char *name;    /* as the archive says, UTF-8; hostile: for display and sorting, never a path to open */
  guint64 bytes; /* unpacked */
  gboolean is_file;
} NegArchiveEntry;

typedef struct {
  NegScanKind kind;
  NegInstance *instance;    /* INSTANCE */
  guint n_references;       /* DIRECTORY: Referenced File IDs, components joined by '/', as hostile as any name */
  char **references;        /* NULL-terminated */
  guint n_entries;          /* ARCHIVE */
  NegArchiveEntry *entries; /* index = entry number for EXTRACT */
} NegScanResult;

void neg_scan_result_clear (NegScanResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegScanResult, neg_scan_result_clear)

void neg_scan_result_write (const NegScanResult *result, GByteArray *array);
gboolean neg_scan_result_read (NegScanResult *result, NegReader *reader, GError **error);

void neg_instance_write (const NegInstance *instance, GByteArray *array);
/* NEG_ERROR_PROTOCOL unless every field is there, in range (frame_infos 1 or frames, window indices inside, enums
 * known, counts that fit the bytes) and finite where it must be. */
NegInstance *neg_instance_read (NegReader *reader, GError **error);

void neg_object_record_write (const NegObjectRecord *record, GByteArray *array);
/* NEG_ERROR_PROTOCOL unless every field is there and of at most NEG_RECORD_TEXT_BYTES_MAX bytes. Given. */
NegObjectRecord *neg_object_record_read (NegReader *reader, GError **error);

void neg_frame_format_write (const NegFrameFormat *format, GByteArray *array);
gboolean neg_frame_format_read (NegFrameFormat *format, NegReader *reader, GError **error);

void neg_error_write (const GError *failure, GByteArray *array);
/* The error that the bytes describe, given; a protocol error when they describe none. Never NULL. */
GError *neg_error_read (NegReader *reader);

/* Blocking transfer of one message over a stream socket, for the engine and for tests; the pool has its own
 * non-blocking way. @fds are borrowed when sending, given (CLOEXEC) when receiving. End of stream is NEG_ERROR_ABORTED. */
gboolean neg_message_send (int socket, const NegMessageHeader *header, const guint8 *body, const int *fds,
                           GError **error);
gboolean neg_message_receive (int socket, NegMessageHeader *header, GByteArray *body, GArray *fds, GError **error);

G_END_DECLS
