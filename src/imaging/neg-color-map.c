#include "config.h"

#include "imaging/neg-color-map.h"

#define N_ENTRIES 256
#define N_CHANNELS 3
#define N_CORNERS_MAX 12

static const char *const names[NEG_COLOR_MAP_N] = {
  [NEG_COLOR_MAP_GREY] = "grey",
  [NEG_COLOR_MAP_HOT_IRON] = "hot-iron",
  [NEG_COLOR_MAP_PET] = "pet",
  [NEG_COLOR_MAP_HOT_METAL_BLUE] = "hot-metal-blue",
  [NEG_COLOR_MAP_PET_20_STEP] = "pet-20-step",
  [NEG_COLOR_MAP_RAINBOW] = "rainbow",
};

/* A channel is straight from corner to corner; the last one is at entry 255. */
typedef struct {
  guint8 entry, level;
} Corner;

typedef struct {
  gboolean is_rounded; /* between the corners to nearest, else downwards: as the standard's tables came about */
  Corner channels[N_CHANNELS][N_CORNERS_MAX];
} Ramps;

/* The first three give every entry of PS3.6 Annex B. */
static const Ramps ramps[NEG_COLOR_MAP_N] = {
  [NEG_COLOR_MAP_GREY] = { TRUE, { { { 0, 0 }, { 255, 255 } }, { { 0, 0 }, { 255, 255 } }, { { 0, 0 }, { 255, 255 } } } },
  [NEG_COLOR_MAP_HOT_IRON] = { FALSE,
                               { { { 0, 0 }, { 127, 254 }, { 128, 255 }, { 255, 255 } },
                                 { { 0, 0 }, { 128, 0 }, { 255, 255 } },
                                 { { 0, 0 }, { 191, 0 }, { 254, 252 }, { 255, 255 } } } },
  [NEG_COLOR_MAP_PET] = { FALSE,
                          { { { 0, 0 }, { 63, 0 }, { 192, 255 }, { 255, 255 } },
                            { { 0, 0 }, { 63, 128 }, { 128, 0 }, { 255, 255 } },
                            { { 0, 0 }, { 128, 255 }, { 129, 252 }, { 192, 0 }, { 255, 255 } } } },
  [NEG_COLOR_MAP_HOT_METAL_BLUE]
  = { TRUE,
      { { { 0, 0 }, { 85, 0 }, { 102, 50 }, { 119, 90 }, { 153, 190 }, { 170, 255 }, { 255, 255 } },
        { { 0, 0 }, { 119, 0 }, { 238, 224 }, { 255, 255 } },
        { { 0, 0 }, { 16, 31 }, { 34, 67 }, { 68, 133 }, { 84, 165 }, { 102, 200 }, { 119, 150 }, { 136, 50 },
          { 153, 0 }, { 170, 0 }, { 238, 200 }, { 255, 255 } } } },
  [NEG_COLOR_MAP_RAINBOW] = { TRUE,
                              { { { 0, 0 }, { 128, 0 }, { 191, 255 }, { 255, 255 } },
                                { { 0, 0 }, { 64, 255 }, { 191, 255 }, { 255, 0 } },
                                { { 0, 255 }, { 64, 255 }, { 128, 0 }, { 255, 0 } } } },
};

/* Red, green, blue of the steps of PET_20_STEP. */
static const guint32 steps[] = {
  0x000000, 0x600050, 0x303050, 0x303070, 0x505080, 0x6060b0, 0x7070c0, 0x8080e0, 0x306030, 0x309030,
  0x50c050, 0x40e040, 0xe0e050, 0xd0d060, 0xd0b040, 0xd09000, 0xc06000, 0xb03000, 0xff0000, 0xffffff,
};

static guint8
get_between (const Corner *below, const Corner *above, guint entry, gboolean is_rounded)
{
  int span = above->entry - below->entry;
  int rise = (above->level - below->level) * (int) (entry - below->entry) + (is_rounded ? span / 2 : 0);

  /* Downwards, whichever way it goes. */
  return below->level + (rise >= 0 ? rise / span : -((span - 1 - rise) / span));
}

static void
fill_ramp (guint8 *colors, const Corner *corners, gboolean is_rounded)
{
  for (guint entry = 0; entry < N_ENTRIES; entry++) {
    while (entry > corners[1].entry)
      corners++;
    colors[entry * N_CHANNELS] = get_between (corners, corners + 1, entry, is_rounded);
  }
}

static void
fill_steps (guint8 *colors)
{
  for (guint entry = 0; entry < N_ENTRIES; entry++) {
    guint32 color = steps[MIN (entry * G_N_ELEMENTS (steps) / (N_ENTRIES - 1), G_N_ELEMENTS (steps) - 1)];

    for (guint channel = 0; channel < N_CHANNELS; channel++)
      colors[entry * N_CHANNELS + channel] = color >> (16 - 8 * channel) & 0xff;
  }
}

static gpointer
make_tables (gpointer unused)
{
  guint8 *tables = g_malloc (NEG_COLOR_MAP_N * N_ENTRIES * N_CHANNELS);

  for (NegColorMap map = 0; map < NEG_COLOR_MAP_N; map++) {
    guint8 *colors = tables + map * N_ENTRIES * N_CHANNELS;

    if (map == NEG_COLOR_MAP_PET_20_STEP)
      fill_steps (colors);
    else
      for (guint channel = 0; channel < N_CHANNELS; channel++)
        fill_ramp (colors + channel, ramps[map].channels[channel], ramps[map].is_rounded);
  }
  return tables;
}

const guint8 *
neg_color_map_get (NegColorMap map)
{
  static GOnce once = G_ONCE_INIT;
  const guint8 *tables = g_once (&once, make_tables, NULL);

  g_return_val_if_fail (map < NEG_COLOR_MAP_N, tables);
  return tables + map * N_ENTRIES * N_CHANNELS;
}

const char *
neg_color_map_get_name (NegColorMap map)
{
  g_return_val_if_fail (map < NEG_COLOR_MAP_N, names[0]);
  return names[map];
}

gboolean
neg_color_map_from_name (NegColorMap *map, const char *name)
{
  for (NegColorMap i = 0; i < NEG_COLOR_MAP_N; i++)
    if (g_strcmp0 (name, names[i]) == 0) {
      *map = i;
      return TRUE;
    }
  return FALSE;
}
