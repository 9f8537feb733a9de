/* Samples of a volume, as imaging/neg-volume.h and neg-reformat.h describe them. Part of the shaders that need some, after
 * display.glsl.
 *
 * Defined in front of this text: one SAMPLE_; NEAREST or LINEAR; the samplers brick_0 ... and FROM_BRICK, which takes
 * the eight voxels about a place out of the one that holds them.
 *
 * Coordinates are 32.32 fixed point, so that a place 2000 mm away is known as well as one nearby: voxels along a row and
 * down a column, from the corner of the first slice's first voxel; along the normal, from the first slice, in units of
 * the slices' table, whose whole part is the bin to look in. */

uniform isampler2D slices;  /* three texels each, then the bins: see below */
uniform usampler2D presence; /* 1: the slice is there */
uniform usampler2D modality_lut;

uniform ivec3 volume_size;
uniform ivec3 brick_strides;
uniform ivec3 brick_counts;
uniform int n_bins;
uniform ivec4 end; /* where the volume begins and ends along the normal */
uniform bool padding_active;
uniform bool has_modality_lut;
uniform int modality_first;
uniform int modality_last;

#if defined SAMPLE_F32
#define stored_t float
#define stored2 vec2
#elif defined SAMPLE_U32
#define stored_t uint
#define stored2 uvec2
#else
#define stored_t int
#define stored2 ivec2
#endif
uniform stored2 padding; /* lowest, highest */

const int SLICES_WIDTH = 1024;
const float FRACTION = 1.0 / 4294967296.0;
const ivec2 MINUS_HALF = ivec2 (-1, 0x80000000);

const int OUTSIDE = 0;
const int WHOLE = 1;
const int PARTLY = 2;
const int MISSING = 3;

/* ---- fixed point */

ivec2
subtract_fixed (ivec2 a, ivec2 b)
{
  return ivec2 (a.x - b.x - int (uint (a.y) < uint (b.y)), int (uint (a.y) - uint (b.y)));
}

bool
is_below (ivec2 a, ivec2 b)
{
  return a.x < b.x || (a.x == b.x && uint (a.y) < uint (b.y));
}

/* Small numbers keep all their digits. */
float
to_float (ivec2 a)
{
  bool negative = a.x < 0;
  ivec2 size = negative ? subtract_fixed (ivec2 (0), a) : a;
  float value = float (size.x) + float (uint (size.y)) * FRACTION;

  return negative ? -value : value;
}

ivec2
to_fixed (float value)
{
  float whole = floor (clamp (value, -1e9, 1e9));

  /* The largest fraction below 1: what rounds up to 1 must not begin again at 0. */
  return ivec2 (int (whole), int (uint (min (value - whole, 0.99999994) * 4294967296.0)));
}

/* ---- slices */

ivec4
get_entry (int index)
{
  return texelFetch (slices, ivec2 (index % SLICES_WIDTH, index / SLICES_WIDTH), 0);
}

/* distance.hi, .lo, origin's x.hi, .lo */
ivec4
get_place_of (int slice)
{
  return get_entry (3 * slice);
}

/* origin's y.hi, .lo, slope, intercept */
ivec4
get_rescale_of (int slice)
{
  return get_entry (3 * slice + 1);
}

/* half towards lower z, towards higher, gap after it */
ivec4
get_reach_of (int slice)
{
  return get_entry (3 * slice + 2);
}

bool
is_there (int slice)
{
  return texelFetch (presence, ivec2 (slice % SLICES_WIDTH, slice / SLICES_WIDTH), 0).r != 0u;
}

struct Depth {
  int kind;       /* OUTSIDE, MISSING or WHOLE */
  bool between;   /* below and the next; else slice alone */
  int below;
  int slice;      /* the nearest */
  float fraction; /* from below to the next; < 0, > 1 beyond the ends */
};

/* The slice at or before a place, but for the last. */
int
find_below (ivec2 distance)
{
  ivec4 bin = get_entry (3 * volume_size.z + clamp (distance.x, 0, n_bins - 1));
  int low = bin.x;
  int high = bin.y;

  while (high - low > 1) {
    int middle = (low + high) / 2;

    if (is_below (distance, get_place_of (middle).xy))
      high = middle;
    else
      low = middle;
  }
  return low;
}

/* Of a place between two slices that are further apart than what was scanned: the nearer one reaches as far as here. */
bool
is_reached (Depth depth, ivec2 distance)
{
  vec2 halves = intBitsToFloat (get_reach_of (depth.slice).xy);
  float away = to_float (subtract_fixed (distance, get_place_of (depth.slice).xy));

  return depth.slice == depth.below ? away < halves.y : -away <= halves.x;
}

Depth
find_depth (ivec2 distance)
{
  Depth depth;
  ivec2 at;
  bool gap;
  bool inner;

  depth.below = find_below (distance);
  at = get_place_of (depth.below).xy;
  depth.fraction = to_float (subtract_fixed (distance, at))
                   / to_float (subtract_fixed (get_place_of (depth.below + 1).xy, at));
  depth.slice = depth.below + int (depth.fraction >= 0.5);
  depth.between = false;
  depth.kind = OUTSIDE;
  if (is_below (distance, end.xy) || !is_below (distance, end.zw))
    return depth;
  inner = depth.fraction > 0.0 && depth.fraction < 1.0;
  gap = get_reach_of (depth.below).z != 0;
  depth.between = inner && !gap && is_there (depth.below) && is_there (depth.below + 1);
  depth.kind = MISSING;
  if (depth.between || (is_there (depth.slice) && (!inner || !gap || is_reached (depth, distance))))
    depth.kind = WHOLE;
  return depth;
}

/* ---- voxels */

stored_t
stored_value (uint texel)
{
#if defined SAMPLE_F32
  return uintBitsToFloat (texel);
#elif defined SAMPLE_U32
  return texel;
#elif defined SAMPLE_S16
  return int (texel << 16) >> 16;
#elif defined SAMPLE_S8
  return int (texel << 24) >> 24;
#else
  return int (texel);
#endif
}

/* FALSE: padding. */
bool
get_value (uint texel, vec2 rescale, out float value)
{
  stored_t stored = stored_value (texel);

#if defined SAMPLE_F32
  /* By the exponent's bits: what a comparison says of NaN is the driver's choice. */
  if ((texel & 0x7f800000u) == 0x7f800000u) {
    value = 0.0;
    return false;
  }
#else
  if (has_modality_lut)
    value = float (look_up (modality_lut, clamp (int (stored) - modality_first, 0, modality_last)).r);
  else
#endif
    value = float (stored) * rescale.x + rescale.y;
  return !(padding_active && stored >= padding.x && stored <= padding.y);
}

#define FROM(brick)                                                         \
  {                                                                         \
    texels[0] = texelFetch (brick, low, 0).r;                               \
    texels[1] = texelFetch (brick, ivec3 (high.x, low.yz), 0).r;            \
    texels[2] = texelFetch (brick, ivec3 (low.x, high.y, low.z), 0).r;      \
    texels[3] = texelFetch (brick, ivec3 (high.xy, low.z), 0).r;            \
    texels[4] = texelFetch (brick, ivec3 (low.xy, high.z), 0).r;            \
    texels[5] = texelFetch (brick, ivec3 (high.x, low.y, high.z), 0).r;     \
    texels[6] = texelFetch (brick, ivec3 (low.x, high.yz), 0).r;            \
    texels[7] = texelFetch (brick, high, 0).r;                              \
  }

/* The eight voxels from @corner; beyond the border the border voxel continues. */
void
fetch_cell (ivec3 corner, out uint texels[8])
{
  ivec3 low = clamp (corner, ivec3 (0), volume_size - 1);
  ivec3 high = clamp (corner + 1, ivec3 (0), volume_size - 1);
  ivec3 place = min (low, max (volume_size - 2, ivec3 (0))) / brick_strides;
  int brick = place.x + brick_counts.x * (place.y + brick_counts.y * place.z);

  low -= place * brick_strides;
  high -= place * brick_strides;
  FROM_BRICK (brick)
}

/* The weights of padding go to the others; where the nearest voxel is padding nothing is. */
bool
interpolate (ivec3 corner, vec3 between, vec2 rescales[2], out float value)
{
  int nearest = int (between.x >= 0.5) + 2 * int (between.y >= 0.5) + 4 * int (between.z >= 0.5);
  float sum = 0.0;
  float weights = 0.0;
  bool found = false;
  uint texels[8];

  fetch_cell (corner, texels);
  for (int i = 0; i < 8; i++) {
    ivec3 upper = ivec3 (i & 1, i >> 1 & 1, i >> 2);
    vec3 parts = mix (1.0 - between, between, vec3 (upper));
    float weight = parts.x * parts.y * parts.z;
    bool valid = get_value (texels[i], rescales[upper.z], value);

#if defined NEAREST
    if (valid && i == nearest) {
      sum = value;
      weights = 1.0;
      found = true;
    }
#else
    if (valid && weight > 0.0) {
      sum += weight * value;
      weights += weight;
    }
    found = found || (valid && i == nearest);
#endif
  }
  value = sum / weights;
  return found && weights > 0.0;
}

/* One sample: OUTSIDE, MISSING or WHOLE, and then the value. */
int
find_sample (ivec2 x, ivec2 y, ivec2 distance, out float value)
{
  Depth depth = find_depth (distance);
  ivec4 place = get_place_of (depth.below);
  ivec4 next_place = get_place_of (depth.below + 1);
  ivec4 rescale = get_rescale_of (depth.below);
  ivec4 next_rescale = get_rescale_of (depth.below + 1);
  vec2 rescales[2];
  vec3 between;
  ivec3 corner;

  value = 0.0;
  if (depth.kind == OUTSIDE)
    return OUTSIDE;
  /* Where the slices' corner has gone to: gantry tilt, and slices that lie anywhere. */
  x = subtract_fixed (x, add_fixed (place.zw,
                                    to_fixed (depth.fraction * to_float (subtract_fixed (next_place.zw, place.zw)))));
  y = subtract_fixed (y, add_fixed (rescale.xy,
                                    to_fixed (depth.fraction
                                              * to_float (subtract_fixed (next_rescale.xy, rescale.xy)))));
  if (x.x < 0 || y.x < 0 || x.x >= volume_size.x || y.x >= volume_size.y)
    return OUTSIDE;
  if (depth.kind == MISSING)
    return MISSING;
  x = add_fixed (x, MINUS_HALF);
  y = add_fixed (y, MINUS_HALF);
  corner = ivec3 (x.x, y.x, depth.below);
  between = vec3 (vec2 (float (uint (x.y)), float (uint (y.y))) * FRACTION,
                  depth.between ? depth.fraction : float (depth.slice - depth.below));
  rescales[0] = intBitsToFloat (rescale.zw);
  rescales[1] = intBitsToFloat (next_rescale.zw);
  return interpolate (corner, between, rescales, value) ? WHOLE : OUTSIDE;
}
