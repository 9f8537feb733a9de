/* The part of a loader that other threads touch: requests, answers waiting for the loader's context, and the walk over
 * folders. It outlives the loader until the last callback has run. */
#pragma once

#include "pipeline/neg-loader.h"

G_BEGIN_DECLS

/* That of drawing: a flood of answers and a slow renderer take turns, and input comes before both. */
#define NEG_LOADER_PRIORITY (G_PRIORITY_HIGH_IDLE + 20)

/* The first files go to the engines as a batch of their own and are shown as they come. */
#define NEG_LOADER_FIRST_BATCH 8

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

/* Takes @request, to be cancelled with the job. Any thread. */
void _neg_loader_job_take_request (NegLoaderJob *job, NegRequest *request);

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

/* Building series takes longer than a frame of the screen when there are many images, so a thread does it. Everything
 * here belongs to the loader's context while no thread is at it, and to the thread while it is. */
typedef struct {
  NegLoaderJob *job;            /* owned reference */
  GPtrArray *instances, *blobs; /* parallel: all images, and the notes that reject some */
  GPtrArray *shown;             /* NegSeries, as the list of the loader has them */
  GPtrArray *series;            /* what was built; those that did not change are the ones shown; nullable */
} NegLoaderBuild;

NegLoaderBuild *_neg_loader_build_new (NegLoaderJob *job);
void _neg_loader_build_free (NegLoaderBuild *build);

/* Adds @instances and @blobs (taken) and builds; _neg_loader_take_build() gets @build back. */
void _neg_loader_build_start (NegLoaderBuild *build, GPtrArray *instances, GPtrArray *blobs);

/* Builds in the calling thread. */
void _neg_loader_build_run (NegLoaderBuild *build);

/* Makes @list what was built, and touches nothing in it that stays. */
void _neg_loader_build_show (NegLoaderBuild *build, GListStore *list);

/* On the loader's context. Takes @build. */
void _neg_loader_take_build (NegLoader *loader, NegLoaderBuild *build);

G_END_DECLS
