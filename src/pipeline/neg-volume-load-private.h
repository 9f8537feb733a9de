/* The parts of a volume on its way:
 *
 *   neg-volume-load.c         the object: what has come, signals
 *   neg-volume-load-store.c   the frame store and the volume share their memory
 *   neg-volume-load-grow.c    the same series with more images
 *   neg-volume-load-copy.c    copying in a thread
 *   neg-volume-load-layout.c  whether a series can be a volume, and its layout
 *   neg-volume-load-memory.c  the memory file, and frames that are shown out of it
 *   neg-volume-load-fill.c    the states of slices; what the main context asks (neg-volume-fill-private.h)
 *   neg-volume-load-ask.c     which slice next; asking the engines and their answers */
#pragma once

#include <gio/gio.h>

#include "pipeline/neg-volume-load.h"

G_BEGIN_DECLS

/* --- Memory: references on any thread --- */

/* One memory file with a slot for each slice, mapped read-only. The volume's owner; frames shown out of it keep it too. When
 * the volume has gone, what no frame shows is given back to the system slot by slot. */
typedef struct _NegVolumeMemory NegVolumeMemory;

/* With the volume's reference. @source is kept, as the volume's LUT is its. */
NegVolumeMemory *_neg_volume_memory_new (gsize slot_bytes, guint n_slots, NegInstance *source, GError **error);
NegVolumeMemory *_neg_volume_memory_ref (NegVolumeMemory *memory);
void _neg_volume_memory_unref (NegVolumeMemory *memory);
void _neg_volume_memory_leave (gpointer memory); /* the volume's reference */

int _neg_volume_memory_get_fd (NegVolumeMemory *memory); /* borrowed */
const void *_neg_volume_memory_get_slot (NegVolumeMemory *memory, guint slot);
gsize _neg_volume_memory_get_slot_bytes (NegVolumeMemory *memory);
gboolean _neg_volume_memory_write (NegVolumeMemory *memory, guint slot, const void *bytes, GError **error);

/* The slot as a frame; while the volume is there. */
NegPixels *_neg_volume_memory_borrow (NegVolumeMemory *memory, guint slot, const NegFrameFormat *format);

/* Whether there is room for so many bytes besides what a machine needs to go on working. */
gboolean _neg_volume_memory_check (guint64 bytes, GError **error);

/* --- Layout --- */

/* Everything but the memory: the layout, and its slices in order (both given), the bytes of all of them. */
guint _neg_volume_layout_plan (NegVolumeLayout *layout, NegSeries *series, guint **order, guint64 *bytes,
                               GError **error);

/* --- Filling: any thread, one lock --- */

/* How near to the center a slice goes before everything else of the series. */
#define NEG_VOLUME_NEAR 4

typedef struct _NegVolumeFill NegVolumeFill;

/* On the context of the thread that made the fill: there is news; at most once in 16 ms. */
typedef void (*NegVolumeFillFunc) (gpointer owner);

/* Not started yet. @volume's order are indices of @series. */
NegVolumeFill *_neg_volume_fill_new (NegEnginePool *pool, NegSeries *series, NegVolume *volume,
                                     NegVolumeMemory *memory);
NegVolumeFill *_neg_volume_fill_ref (NegVolumeFill *fill);
void _neg_volume_fill_unref (NegVolumeFill *fill);

/* Main context; NULL: hears of nothing any more. */
void _neg_volume_fill_set_owner (NegVolumeFill *fill, NegVolumeFillFunc func, gpointer owner);

/* What is to be done about a slice. */
typedef enum {
  NEG_FILL_OPEN,  /* to be asked of the engines */
  NEG_FILL_LATER, /* somebody else has asked for it: last of all */
  NEG_FILL_HELD,  /* the owner brings it */
  NEG_FILL_ASKED, /* an engine has it */
  NEG_FILL_DONE,
} NegFillState;

NegFillState _neg_volume_fill_get_state (NegVolumeFill *fill, guint slice);
/* Among the first three only; what is further already stays. */
void _neg_volume_fill_set_state (NegVolumeFill *fill, guint slice, NegFillState state);

/* The owner's bytes into a slice that it holds: takes the time of copying. */
void _neg_volume_fill_put (NegVolumeFill *fill, guint slice, const void *bytes);
void _neg_volume_fill_fail (NegVolumeFill *fill, guint slice, const GError *error);

/* Begins; before, the owner says what it brings itself. */
void _neg_volume_fill_start (NegVolumeFill *fill);
/* Asks the engines for as much as there is room for: where slices were opened. Goes on by itself. */
void _neg_volume_fill_run (NegVolumeFill *fill);
/* Asks for nothing more; what is on its way comes. */
void _neg_volume_fill_halt (NegVolumeFill *fill);
/* Withdraws what is on its way too. */
void _neg_volume_fill_stop (NegVolumeFill *fill);
gboolean _neg_volume_fill_is_stopped (NegVolumeFill *fill);
gboolean _neg_volume_fill_is_idle (NegVolumeFill *fill); /* nothing on its way */

void _neg_volume_fill_set_center (NegVolumeFill *fill, guint slice);
guint _neg_volume_fill_get_center (NegVolumeFill *fill);
/* FALSE: it will not come from here. */
gboolean _neg_volume_fill_want (NegVolumeFill *fill, guint slice, NegPriority priority);

/* Slices that are done and not told yet, in the order in which they came: guint, given. */
GArray *_neg_volume_fill_take_news (NegVolumeFill *fill);
/* Those that could not be looked at in this turn. */
void _neg_volume_fill_give_back (NegVolumeFill *fill, GArray *slices);

/* Why a slice failed; given, NULL. */
GError *_neg_volume_fill_dup_error (NegVolumeFill *fill, guint slice);

NegVolume *_neg_volume_fill_get_volume (NegVolumeFill *fill);        /* borrowed */
NegVolumeMemory *_neg_volume_fill_get_memory (NegVolumeFill *fill);  /* borrowed */
NegSeries *_neg_volume_fill_get_series (NegVolumeFill *fill);        /* borrowed */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegVolumeFill, _neg_volume_fill_unref)

/* --- Copying: a thread --- */

/* What a thread copies into slices that are held. */
typedef struct {
  guint slice;
  const void *bytes;
  NegPixels *pixels; /* nullable: keeps them */
} NegCopyItem;

typedef struct {
  NegVolumeFill *fill;
  NegVolume *from; /* nullable: keeps them */
  GArray *items;   /* NegCopyItem */
} NegCopyJob;

/* @from: nullable, keeps the bytes. */
NegCopyJob *_neg_copy_job_new (NegVolumeFill *fill, NegVolume *from);
void _neg_copy_job_free (gpointer job);

/* Calls @done on the context of the load, with what _neg_copy_job_take_load() takes. Takes @job. */
void _neg_copy_job_run (NegCopyJob *job, NegVolumeLoad *self, GAsyncReadyCallback done);
NegVolumeLoad *_neg_copy_job_take_load (gpointer data); /* given; NULL: it has gone */

/* --- The load: main context --- */

struct _NegVolumeLoad {
  GObject parent_instance;

  GMainContext *context;
  NegEnginePool *pool; /* borrowed */
  NegFrameStore *store; /* nullable */
  guint source; /* of the store; 0: none */
  gulong ready_handler;
  NegVolumeFill *fill;
  guint *slices; /* of each frame of the series, G_MAXUINT: none */
  guint n_frames, n_repeated;
  guint8 *told; /* of each slice: its news was heard */
  guint n_told;
  GError *failure;
  gboolean is_copying, is_finished, is_cancelled;

  NegSeries *wish;      /* to grow to; nullable */
  NegVolumeFill *grown; /* what it will be; nullable */
  guint grow_source;
  gint64 grown_us; /* when it last grew */
  gboolean is_growing; /* a thread copies what is taken along */
  GError *grow_failure; /* why it could not grow to the latest wish; nullable */
  char **warnings;
};

/* Looks at slices that are done, for 2 ms at most. */
void _neg_volume_load_take_news (NegVolumeLoad *self);
/* Emits "changed". */
void _neg_volume_load_tell (NegVolumeLoad *self);
const NegSeriesFrame *_neg_volume_load_get_frame (NegVolumeLoad *self, guint slice);

/* A fill for @series, not started; NULL and an error. */
NegVolumeFill *_neg_volume_load_make_fill (NegVolumeLoad *self, NegSeries *series, GError **error);
/* Takes @fill for its own. */
void _neg_volume_load_set_fill (NegVolumeLoad *self, NegVolumeFill *fill);
void _neg_volume_load_start_fill (NegVolumeLoad *self);

void _neg_volume_load_enter_store (NegVolumeLoad *self, NegFrameStore *store);
void _neg_volume_load_leave_store (NegVolumeLoad *self);
/* What of the series the store has, or is about to have. */
void _neg_volume_load_look_into_store (NegVolumeLoad *self);
/* The next few frames of the store, in a thread; what it has let go meanwhile is decoded. */
void _neg_volume_load_copy_next (NegVolumeLoad *self);
/* The slice is done: the store shows it. */
void _neg_volume_load_hand_over (NegVolumeLoad *self, guint slice);

/* The next step of growing, when its time has come. */
void _neg_volume_load_grow_on (NegVolumeLoad *self);
void _neg_volume_load_stop_growing (NegVolumeLoad *self);

G_END_DECLS
