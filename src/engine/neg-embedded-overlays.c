#include "config.h"

#include "engine/neg-embedded-overlays.h"

#include <string.h>

#define BITS_BYTES_MAX (64u << 20) /* of all planes of one object */
#define CHUNK_CELLS 8192

/* One bit of each cell, in the order of the pixels. */
static void
take_bits (const guint8 *bytes, guint n_cells, guint cell_bytes, gboolean big_endian, guint position, guint64 first,
           guint8 *bits)
{
  const guint byte = big_endian ? cell_bytes - 1 - position / 8 : position / 8;

  for (guint i = 0; i < n_cells; i++)
    if (bytes[i * cell_bytes + byte] >> (position % 8) & 1)
      bits[(first + i) / 8] |= 1u << ((first + i) % 8);
}

static gboolean
read_bits (NegSource *source, const NegLayout *layout, guint position, guint64 n_cells, guint8 *bits)
{
  const guint cell_bytes = layout->bits_allocated / 8;
  g_autofree guint8 *chunk = g_malloc (CHUNK_CELLS * cell_bytes);

  for (guint64 done = 0; done < n_cells; done += CHUNK_CELLS) {
    const guint n = MIN (n_cells - done, CHUNK_CELLS);

    if (!neg_source_read (source, layout->pixels.offset + done * cell_bytes, chunk, n * cell_bytes, NULL))
      return FALSE;
    take_bits (chunk, n, cell_bytes, layout->big_endian, position, done, bits);
  }
  return TRUE;
}

/* Cells of whole bytes that hold nothing but grey values. */
static gboolean
can_be_read (const NegLayout *layout)
{
  return layout->codec == NEG_CODEC_NATIVE && !layout->encapsulated && layout->has_pixels && !layout->is_float
         && layout->samples == 1 && (layout->bits_allocated == 8 || layout->bits_allocated == 16);
}

static gboolean
read_plane (NegSource *source, const NegLayout *layout, NegOverlayPlane *plane, gsize *bytes_left)
{
  NegSource inflated;
  guint64 n_cells, n_bytes;
  gboolean is_read;

  /* Header and layout were read apart; an object that says things twice may have told them different things. */
  if (!can_be_read (layout) || plane->bit_position >= layout->bits_allocated || plane->rows != layout->rows || plane->columns != layout->columns
      || !g_uint64_checked_mul (&n_cells, (guint64) layout->rows * layout->columns, MAX (layout->frames, 1)))
    return FALSE;
  n_bytes = n_cells / 8 + (n_cells % 8 != 0);
  if (n_bytes > *bytes_left || (plane->bits = g_try_malloc0 (n_bytes)) == NULL)
    return FALSE;
  neg_source_init_memory (&inflated, layout->inflated, layout->inflated_length);
  is_read = read_bits (layout->deflated ? &inflated : source, layout, plane->bit_position, n_cells, plane->bits);
  plane->n_bytes = n_bytes;
  *bytes_left -= n_bytes;
  plane->n_frames = MAX (layout->frames, 1);
  plane->first_frame = 1;
  plane->origin_row = plane->origin_column = 1;
  plane->is_embedded = FALSE;
  return is_read;
}

void
neg_embedded_overlays_read (NegSource *source, const NegLayout *layout, NegInstance *instance)
{
  gsize bytes_left = BITS_BYTES_MAX;
  guint32 kept = 0;

  for (guint32 i = 0; i < instance->n_overlays; i++) {
    NegOverlayPlane *plane = &instance->overlays[i];

    if (plane->is_embedded && !read_plane (source, layout, plane, &bytes_left)) {
      neg_instance_add_warning (instance, "The overlay %04X in the bits of the pixels cannot be read and was left out",
                                plane->group);
      neg_overlay_plane_clear (plane);
      continue;
    }
    if (kept != i) {
      instance->overlays[kept] = *plane;
      memset (plane, 0, sizeof *plane);
    }
    kept++;
  }
  instance->n_overlays = kept;
}
