/* Objects as files: a file is named by the SHA-256 of its bytes (never by a peer), mode 0600, in objects/XX/ of the data
 * folder (what nobody else may have) or of the cache folder (what a peer still holds and may be evicted).
 *
 * Taking one in: begin → somebody writes to the descriptor → seal: size compared, fdatasync, hashed, renamed, folder
 * synced. Only then may the index name it, and only after the index is committed may anybody be told that it is kept. A
 * crash between leaves a file in incoming/ or an object without a row, both found by neg_object_store_sweep().
 * The preamble's 128 bytes are zeroed by whoever writes, and the meta header is ours; the data set is bit by bit the
 * sender's.
 * Errors: DISK_FULL also for a quota of the file system; TRUNCATED when the size is not what was announced.
 * Thread: any. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  NEG_OBJECT_DATA,  /* kept until a person deletes it */
  NEG_OBJECT_CACHE, /* may be evicted */
} NegObjectClass;

typedef struct _NegObjectStore NegObjectStore;

typedef struct {
  NegObjectClass object_class;
  int fd;     /* to write to, at offset 0; owned; -1 once it is sealed */
  char *path; /* in incoming/; NULL once it is sealed */
  char *hash; /* once it is hashed: what its name will be */
  char *name; /* once it is sealed: while this lives, the file of that name is not removed */
  NegObjectStore *store;
  gboolean is_sync_begun;
  int sync_errno; /* of what was begun, once it is over; 0: it is on the disk */
  guint n_syncing; /* 1 until then; guarded by the store */
} NegIncoming;

NegObjectStore *neg_object_store_open (const char *data_folder, const char *cache_folder, GError **error);
void neg_object_store_free (NegObjectStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegObjectStore, neg_object_store_free)

NegIncoming *neg_object_store_begin (NegObjectStore *store, NegObjectClass object_class, GError **error);
/* Deletes what was not sealed; after sealing: when the index names the object, or never will. */
void neg_incoming_free (NegIncoming *incoming);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegIncoming, neg_incoming_free)

/* Once somebody else has written to the descriptor: from now on nobody but us can. Where he still has it, or the file system
 * cannot say so, the bytes are copied, and *incoming is the copy. */
gboolean neg_incoming_own (NegIncoming **incoming, guint64 bytes, GError **error);
/* The same bytes as a file of @object_class; @incoming stays. */
NegIncoming *neg_incoming_copy (NegIncoming *incoming, NegObjectClass object_class, guint64 bytes, GError **error);

/* *name: 64 hex digits, given. A file of that name that is there already is the same bytes, and is replaced by them:
 * should the disk have damaged it, it is whole again. */
gboolean neg_object_store_seal (NegObjectStore *store, NegIncoming *incoming, guint64 bytes, char **name,
                                GError **error);

/* Has a thread of the store's sync what is written, so that sealing waits less. Once, and nobody may write to it any more. */
void neg_incoming_begin_sync (NegIncoming *incoming);

/* The first part of sealing: size compared and hashed. Nobody may write to it any more. */
gboolean neg_incoming_hash (NegIncoming *incoming, guint64 bytes, GError **error);

typedef struct {
  NegIncoming *incoming;
  guint64 bytes; /* as announced */
  GError *error; /* given; NULL: incoming->name is its name */
  guint n_left; /* of seal_begin() only, until it is done: 1; guarded by the store */
} NegSealing;

/* The same for many, in less time than each by itself takes: the disk writes together what is asked for together. */
void neg_object_store_seal_many (NegObjectStore *store, NegSealing *sealings, guint n);

/* One on a thread of the store's, while the caller does something else: @sealing stays where it is until it was waited
 * for. Waiting again returns at once. */
void neg_object_store_seal_begin (NegObjectStore *store, NegSealing *sealing);
void neg_object_store_seal_wait (NegObjectStore *store, NegSealing *sealing);

/* Where the object is; given. */
char *neg_object_store_dup_path (NegObjectStore *store, NegObjectClass object_class, const char *name);

/* Whether the index names the object; called with the store locked: it calls nothing of the store. */
typedef gboolean (*NegObjectNamed) (const char *name, NegObjectClass object_class, gpointer user_data);

/* Unless something sealed is on its way to the index, or @is_named (nullable) says so. What is not there is removed. */
gboolean neg_object_store_remove (NegObjectStore *store, NegObjectClass object_class, const char *name,
                                  NegObjectNamed is_named, gpointer user_data, GError **error);

/* The SHA-256 of a file's bytes, as its name has to be; given. */
char *neg_object_store_hash_file (const char *path, GCancellable *cancellable, GError **error);

/* Every object's file, in no order, until @func says FALSE. @changed_us: when it came, UTC. */
typedef gboolean (*NegObjectFunc) (const char *name, NegObjectClass object_class, guint64 bytes, gint64 changed_us,
                                   gpointer user_data);
gboolean neg_object_store_walk (NegObjectStore *store, NegObjectFunc func, gpointer user_data, GError **error);

/* Away from the index but not lost: to quarantine/, with a file of the same name and ".reason" beside it. */
gboolean neg_object_store_quarantine (NegObjectStore *store, NegIncoming *incoming, const char *reason, GError **error);

/* Nothing is put into it any more, so that nobody fills the disk with what we cannot read. */
#define NEG_QUARANTINE_FILES_MAX 1000
#define NEG_QUARANTINE_BYTES_MAX ((guint64) 1 << 30)
gboolean neg_object_store_quarantine_is_full (NegObjectStore *store);

/* Every file in quarantine with its reason, until @func says FALSE. */
typedef gboolean (*NegQuarantineFunc) (const char *name, const char *reason, gpointer user_data);
void neg_object_store_walk_quarantine (NegObjectStore *store, NegQuarantineFunc func, gpointer user_data);

/* Deletes what is in incoming/ from before this process. */
void neg_object_store_sweep (NegObjectStore *store);

/* Free bytes of the file system that the class is on. */
gboolean neg_object_store_get_free_bytes (NegObjectStore *store, NegObjectClass object_class, guint64 *bytes,
                                          GError **error);

G_END_DECLS
