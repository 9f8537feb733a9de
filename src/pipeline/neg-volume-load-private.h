/* The parts of a volume on its way:
 *
 *   neg-volume-load.c         the object: signals, the frame store, growing
 *   neg-volume-load-layout.c  whether a series can be a volume, and its layout
 *   neg-volume-load-memory.c  the memory file, and frames that are shown out of it
 *   neg-volume-load-fill.c    which slice next; asking the engines and their answers */
#pragma once

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

G_END_DECLS
