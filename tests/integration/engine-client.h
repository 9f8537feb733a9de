/* The pool for tests that want to wait: ask, get all answers. */
#pragma once

#include "wire/neg-engine-pool.h"

typedef struct {
  guint n;
  NegScanResult *results;
  GError **errors;
} ClientScan;

ClientScan *client_scan (NegEnginePool *pool, NegBlob *const *blobs, guint n);
void client_scan_free (ClientScan *scan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClientScan, client_scan_free)

typedef struct {
  guint n;
  NegFrameFormat format;
  gsize frame_bytes;
  const guint8 *pixels; /* n frames */
  GError **errors;      /* one per frame, NULL where it is there */
  GError *refusal;      /* no frame can be asked for; nullable */
} ClientFrames;

/* Frames @first to @first + @n - 1 of an object. */
ClientFrames *client_decode (NegEnginePool *pool, NegBlob *blob, const NegInstance *instance, NegFrameForm form,
                             guint first, guint n);
void client_frames_free (ClientFrames *frames);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClientFrames, client_frames_free)

/* What was submitted and is not done yet; client_wait() blocks until it is. */
typedef struct _ClientWait ClientWait;
ClientWait *client_wait_new (void);
void client_wait_done (gpointer wait); /* the NegDoneFunc */
void client_wait (ClientWait *wait);   /* frees */

/* A blob of @length bytes in a memory file of its own. */
NegBlob *client_blob_for_bytes (const void *bytes, gsize length, const char *name);

/* The paths (absolute) of the manifest's files, or NULL without a corpus. */
GPtrArray *client_corpus_files (void);
const char *client_corpus_folder (void);

/* The processes of engines that this process has started. */
GArray *client_engine_pids (void);
/* Their processor time so far, in clock ticks. */
guint64 client_cpu_ticks (pid_t pid);
