/* The part of a loader that other threads touch: requests, answers waiting for the loader's context, and the walk over
 * folders. It outlives the loader until the last callback has run. */
#pragma once

#include "pipeline/neg-loader.h"

G_BEGIN_DECLS

typedef struct {
  NegBlob *blob;         /* nullable */
  char *path;            /* when there is no blob */
  NegInstance *instance; /* nullable */
  GError *error;         /* nullable */
} NegLoaderAnswer;

typedef struct {
  gatomicrefcount ref_count;
  NegEnginePool *pool;   /* borrowed */
  GMainContext *context; /* the loader's, owned */
  NegLoader *loader;     /* borrowed; touched on the context only; NULL once the loader is gone */
  GCancellable *cancellable;

  GMutex lock;         /* guards all below; nothing is called while it is held */
  GPtrArray *answers;  /* NegLoaderAnswer */
  GPtrArray *requests; /* NegRequest, to cancel */
  GHashTable *seen;    /* "device:inode" of files and folders */
  guint n_found;
  guint n_busy; /* walks and requests under way */
  gboolean delivery_pending;
} NegLoaderJob;

NegLoaderJob *_neg_loader_job_new (NegLoader *loader, NegEnginePool *pool);
NegLoaderJob *_neg_loader_job_ref (NegLoaderJob *job);
void _neg_loader_job_unref (NegLoaderJob *job);
void _neg_loader_job_start (NegLoaderJob *job, const char *const *paths);
void _neg_loader_job_cancel (NegLoaderJob *job);
void _neg_loader_job_detach (NegLoaderJob *job); /* cancels, and the loader will hear nothing more */

/* One more, one less thing under way; the last one makes the loader finished. Any thread. */
void _neg_loader_job_begin (NegLoaderJob *job);
void _neg_loader_job_end (NegLoaderJob *job);

/* Takes @blob or @path, @instance and @error. Any thread. */
void _neg_loader_job_answer (NegLoaderJob *job, NegBlob *blob, char *path, NegInstance *instance, GError *error);

/* FALSE when the file or folder was met before. Any thread. */
gboolean _neg_loader_job_is_new (NegLoaderJob *job, guint64 device, guint64 inode);

/* Scans @blobs (taken: NegBlob with free function). Any thread. */
void _neg_loader_job_scan (NegLoaderJob *job, GPtrArray *blobs);

/* Walks in the calling thread and scans what it finds, batch by batch. */
void _neg_loader_walk (NegLoaderJob *job, const char *const *paths);

/* The files that a DICOMDIR at @directory refers to, in the calling thread. */
void _neg_loader_walk_references (NegLoaderJob *job, const char *directory, const char *const *references);

/* Unpacks and scans. Any thread; @result is read before it returns. */
void _neg_loader_open_archive (NegLoaderJob *job, NegBlob *archive, const NegScanResult *result);

/* On the loader's context. */
void _neg_loader_take (NegLoader *loader, GPtrArray *answers, guint n_found, gboolean done);

G_END_DECLS
