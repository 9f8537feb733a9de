/* A series as a volume, for commands, and planes out of it on all processors. Thread: that of the command. */
#pragma once

#include "commands/neg-commands-private.h"
#include "imaging/neg-reformat.h"
#include "pipeline/neg-volume-load.h"

G_BEGIN_DECLS

/* The first series of @path that can be a volume, all of it loaded; where none can, the reason why the first cannot.
 * What failed is in the load (neg_volume_load_get_n_failed()). */
NegVolumeLoad *neg_command_load_volume (NegEnginePool *pool, const char *path, GError **error);

typedef struct _NegRowWorkers NegRowWorkers;

/* @n_threads 0: one for each processor. */
NegRowWorkers *neg_row_workers_new (guint n_threads);
void neg_row_workers_free (NegRowWorkers *workers);
guint neg_row_workers_get_n_threads (NegRowWorkers *workers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegRowWorkers, neg_row_workers_free)

/* Calls @function for bands of rows, on all threads, and returns when all are done. */
typedef void (*NegRowFunc) (guint first_row, guint n_rows, gpointer user_data);
void neg_row_workers_run (NegRowWorkers *workers, guint n_rows, NegRowFunc function, gpointer user_data);

/* neg_reformat_rows() of all rows. */
void neg_row_workers_reformat (NegRowWorkers *workers, const NegReformat *reformat, const NegVolume *volume, guint width,
                               guint height, float *values, guint8 *covers);

G_END_DECLS
