/* One frame to one picture: what imaging/neg-draw.h describes, pixel by pixel, to within one grey level of it.
 *
 * Defined in front of this text: MODE_GREY, MODE_PALETTE or MODE_COLOR; one SAMPLE_; NEAREST, LINEAR or CUBIC; and
 * EXACT where single precision is not enough (neg-gl-draw.c decides and says why). Without EXACT grey values are
 * integers of at most 16 bits, counted from a reference near the window's middle, so that differences stay exact.
 * In front of it too: display.glsl. */

uniform usampler2D image;
uniform isampler2D steps; /* 32.32 fixed point x and y: row 0 by output column, row 1 by output row; to be added */
uniform usampler2D modality_lut;
uniform usampler2D voi_lut;
uniform usampler2D palette;
uniform usampler2D layers;       /* one cell a pixel of the image: 0, or an index of a colour */
uniform usampler2D layer_colors; /* RGB, and the grey for a picture without colour */

uniform ivec2 image_size;

uniform bool padding_active;
uniform bool has_modality_lut;
uniform int modality_last;
uniform int voi_kind; /* RAMP, SIGMOID, TABLE */
uniform ivec3 palette_last; /* by channel */
uniform bool palette_supplemental;
uniform int color_shift; /* to 8 bits */
uniform ivec2 layers_size; /* 0: none */

#ifdef EXACT
#define real double
#define real2 dvec2
uniform dvec3 affine_x;
uniform dvec3 affine_y;
uniform dvec2 padding;        /* lowest, highest */
uniform double modality_first;
uniform dvec2 modality;       /* slope, intercept */
uniform dvec2 window;         /* middle, span */
uniform double voi_first;
uniform double voi_last;
uniform double voi_maximum;
uniform dvec3 palette_first;
#else
#define real float
#define real2 vec2
uniform ivec2 padding;
uniform int modality_first;
uniform int reference;        /* the value that is counted from */
uniform ivec3 palette_first;
uniform vec2 window;          /* factor, summand */
#endif

const int RAMP = 0;
const int SIGMOID = 1;
const int TABLE = 2;

/* ---- where: the pixel a point lies in, and its place between the centres of four */

struct Place {
  bool inside;
  ivec2 nearest;
  ivec2 corner; /* upper left of the four */
  real2 between;
};

#ifdef EXACT

Place
find_place (ivec2 pixel)
{
  dvec2 center = dvec2 (pixel) + 0.5LF;
  /* precise: rounded as on the processor, or a point on a border falls to the other side. */
  precise double x = affine_x.x * center.x + affine_x.y * center.y + affine_x.z;
  precise double y = affine_y.x * center.x + affine_y.y * center.y + affine_y.z;
  dvec2 point = dvec2 (x, y);
  dvec2 corner = floor (point - 0.5LF);
  bool inside = x >= 0.0LF && y >= 0.0LF && x < double (image_size.x) && y < double (image_size.y);

  if (!inside)
    return Place (false, ivec2 (0), ivec2 (0), dvec2 (0.0LF));
  return Place (true, ivec2 (floor (point)), ivec2 (corner), point - 0.5LF - corner);
}

#else

Place
find_place (ivec2 pixel)
{
  ivec4 by_column = texelFetch (steps, ivec2 (pixel.x, 0), 0);
  ivec4 by_row = texelFetch (steps, ivec2 (pixel.y, 1), 0);
  ivec2 x = add_fixed (by_column.xy, by_row.xy);
  ivec2 y = add_fixed (by_column.zw, by_row.zw);
  const ivec2 minus_half = ivec2 (-1, 0x80000000);
  ivec2 left = add_fixed (x, minus_half);
  ivec2 top = add_fixed (y, minus_half);
  ivec2 nearest = ivec2 (x.x, y.x);
  bool inside = all (greaterThanEqual (nearest, ivec2 (0))) && all (lessThan (nearest, image_size));

  return Place (inside, nearest, ivec2 (left.x, top.x),
                vec2 (float (uint (left.y)), float (uint (top.y))) * (1.0 / 4294967296.0));
}

#endif

uvec4
fetch (ivec2 pixel)
{
  return texelFetch (image, clamp (pixel, ivec2 (0), image_size - 1), 0);
}

/* Catmull-Rom */
void
cubic_weights (real t, out real weights[4])
{
  weights[0] = ((2.0 - t) * t - 1.0) * t * 0.5;
  weights[1] = ((3.0 * t - 5.0) * t * t + 2.0) * 0.5;
  weights[2] = ((4.0 - 3.0 * t) * t + 1.0) * t * 0.5;
  weights[3] = (t - 1.0) * t * t * 0.5;
}

/* ---- grey */

#if !defined MODE_COLOR

#ifdef EXACT

double
stored_value (uvec4 texel)
{
#if defined SAMPLE_F64
  return packDouble2x32 (texel.rg);
#elif defined SAMPLE_F32
  return double (uintBitsToFloat (texel.r));
#elif defined SAMPLE_S32
  return double (int (texel.r));
#elif defined SAMPLE_S16
  return double (int (texel.r << 16) >> 16);
#elif defined SAMPLE_S8
  return double (int (texel.r << 24) >> 24);
#else
  return double (texel.r);
#endif
}

/* By the exponent's bits: what a comparison says of NaN is the driver's choice. */
bool
is_finite (uvec4 texel)
{
#if defined SAMPLE_F64
  return (texel.g & 0x7ff00000u) != 0x7ff00000u;
#elif defined SAMPLE_F32
  return (texel.r & 0x7f800000u) != 0x7f800000u;
#else
  return true;
#endif
}

double
modality_value (double stored)
{
  if (has_modality_lut)
    return double (look_up (modality_lut, int (clamp (floor (stored + 0.5LF) - modality_first, 0.0LF,
                                                      double (modality_last)))).r);
  precise double value = stored * modality.x + modality.y;
  return value;
}

/* FALSE: padding. */
bool
get_value (ivec2 pixel, out double value)
{
  uvec4 texel = fetch (pixel);
  double stored = stored_value (texel);

  value = modality_value (stored);
  return is_finite (texel) && !(padding_active && stored >= padding.x && stored <= padding.y);
}

double
from_voi_lut (double value)
{
  double index = clamp (value - voi_first, 0.0LF, voi_last);
  double below = floor (index);
  double low = double (look_up (voi_lut, int (below)).r);
  double high = double (look_up (voi_lut, int (min (below + 1.0LF, voi_last))).r);

  return (low + (high - low) * (index - below)) / voi_maximum;
}

float
display_value (double value)
{
  if (voi_kind == TABLE)
    return float (from_voi_lut (value));
  if (voi_kind == SIGMOID)
    return 1.0 / (1.0 + exp (clamp (float (-4.0LF * (value - window.x) / window.y), -80.0, 80.0)));
  if (!(value > window.x - window.y * 0.5LF))
    return 0.0;
  return value > window.x + window.y * 0.5LF ? 1.0 : float ((value - window.x) / window.y + 0.5LF);
}

#else

int
stored_value (uvec4 texel)
{
#if defined SAMPLE_S16
  return int (texel.r << 16) >> 16;
#elif defined SAMPLE_S8
  return int (texel.r << 24) >> 24;
#else
  return int (texel.r);
#endif
}

bool
get_value (ivec2 pixel, out float value)
{
  int stored = stored_value (fetch (pixel));
  int number = stored;

  if (has_modality_lut)
    number = int (look_up (modality_lut, clamp (stored - modality_first, 0, modality_last)).r);
  value = float (number - reference);
  return !(padding_active && stored >= padding.x && stored <= padding.y);
}

float
display_value (float value)
{
  float y = value * window.x + window.y;

  return voi_kind == SIGMOID ? 1.0 / (1.0 + exp (clamp (-y, -80.0, 80.0))) : clamp (y, 0.0, 1.0);
}

#endif

#if defined LINEAR || defined CUBIC

/* The weights of padding go to the others. */
real
interpolate_linear (Place place)
{
  real sum = real (0.0);
  real weights = real (0.0);

  for (int j = 0; j < 2; j++)
    for (int i = 0; i < 2; i++) {
      real weight = (i == 0 ? 1.0 - place.between.x : place.between.x)
                    * (j == 0 ? 1.0 - place.between.y : place.between.y);
      real value;

      /* A weight of 0 is left out, so that an infinite neighbour does not spoil the pixel. */
      if (weight > 0.0 && get_value (place.corner + ivec2 (i, j), value)) {
        sum += weight * value;
        weights += weight;
      }
    }
  return sum / weights;
}

#endif

#if defined CUBIC

real
interpolate_cubic (Place place)
{
  real across[4];
  real down[4];
  real sum = real (0.0);
  real lowest = real (0.0);
  real highest = real (0.0);

  cubic_weights (place.between.x, across);
  cubic_weights (place.between.y, down);
  for (int j = 0; j < 4; j++)
    for (int i = 0; i < 4; i++) {
      real value;

      if (!get_value (place.corner + ivec2 (i - 1, j - 1), value))
        return interpolate_linear (place);
      sum += across[i] * down[j] * value;
      lowest = i + j == 0 ? value : min (lowest, value);
      highest = i + j == 0 ? value : max (highest, value);
    }
  return clamp (sum, lowest, highest);
}

#endif

/* FALSE: background. */
bool
draw_grey (Place place, out float grey)
{
  real value;

  grey = 0.0;
  if (!get_value (place.nearest, value))
    return false;
#if defined MODE_PALETTE
#elif defined CUBIC
  value = interpolate_cubic (place);
#elif defined LINEAR
  value = interpolate_linear (place);
#endif
  grey = display_value (value);
  return true;
}

#endif

/* ---- colour */

#if defined MODE_PALETTE

/* The nearest pixel: a colour between two entries of a palette means nothing. */
bool
draw (Place place, out vec3 rgb)
{
#ifdef EXACT
  ivec3 index = ivec3 (clamp (stored_value (fetch (place.nearest)) - palette_first, dvec3 (0.0LF),
                              dvec3 (palette_last)));
  bool below = stored_value (fetch (place.nearest)) < palette_first.r;
#else
  ivec3 index = clamp (stored_value (fetch (place.nearest)) - palette_first, ivec3 (0), palette_last);
  bool below = stored_value (fetch (place.nearest)) < palette_first.r;
#endif
  float grey;
  bool drawn = draw_grey (place, grey);

  if (palette_supplemental && below) {
    rgb = vec3 (tone (grey));
    return drawn;
  }
  rgb = vec3 (look_up (palette, index.r).r, look_up (palette, index.g).g, look_up (palette, index.b).b) / 255.0;
  if (inverted)
    rgb = 1.0 - rgb;
  return drawn;
}

#elif defined MODE_COLOR

vec3
get_color (ivec2 pixel)
{
  uvec3 samples = fetch (pixel).rgb;

#if defined SAMPLE_S8
  return vec3 (clamp ((ivec3 (samples << 24) >> 24) >> color_shift, 0, 255));
#elif defined SAMPLE_S16
  return vec3 (clamp ((ivec3 (samples << 16) >> 16) >> color_shift, 0, 255));
#elif defined SAMPLE_S32
  return vec3 (clamp (ivec3 (samples) >> color_shift, 0, 255));
#else
  return vec3 (min (samples >> color_shift, 255u));
#endif
}

bool
draw (Place place, out vec3 rgb)
{
#if defined CUBIC
  real across[4];
  real down[4];
  vec3 sum = vec3 (0.0);
  vec3 lowest = vec3 (255.0);
  vec3 highest = vec3 (0.0);

  cubic_weights (place.between.x, across);
  cubic_weights (place.between.y, down);
  for (int j = 0; j < 4; j++)
    for (int i = 0; i < 4; i++) {
      vec3 value = get_color (place.corner + ivec2 (i - 1, j - 1));

      sum += float (across[i] * down[j]) * value;
      lowest = min (lowest, value);
      highest = max (highest, value);
    }
  rgb = clamp (sum, lowest, highest) / 255.0;
#elif defined LINEAR
  vec2 between = vec2 (place.between);
  vec3 above = mix (get_color (place.corner), get_color (place.corner + ivec2 (1, 0)), between.x);
  vec3 below = mix (get_color (place.corner + ivec2 (0, 1)), get_color (place.corner + ivec2 (1, 1)), between.x);

  rgb = mix (above, below, between.y) / 255.0;
#else
  rgb = get_color (place.nearest) / 255.0;
#endif
  if (inverted)
    rgb = 1.0 - rgb;
  return true;
}

#else

bool
draw (Place place, out vec3 rgb)
{
  float grey;
  bool drawn = draw_grey (place, grey);

  rgb = vec3 (tone (grey));
  return drawn;
}

#endif

/* Rounded here, to nearest or dithered; how a framebuffer rounds is not said exactly. */
vec3
find_levels (Place place, float threshold)
{
  vec3 rgb;

  if (!draw (place, rgb))
    return vec3 (0.0);
  rgb = floor (clamp (rgb, 0.0, 1.0) * 255.0 + threshold);
  return without_color (rgb);
}

/* FALSE: the image is seen. */
bool
find_cover (Place place, out vec3 rgb)
{
  uint cell = 0u;
  uvec4 cover;

  if (all (lessThan (place.nearest, layers_size)))
    cell = texelFetch (layers, place.nearest, 0).r;
  cover = texelFetch (layer_colors, ivec2 (int (cell), 0), 0);
  rgb = luminance ? vec3 (cover.a) : vec3 (cover.rgb);
  return cell != 0u;
}

void
main ()
{
  ivec2 pixel = find_pixel ();
  vec3 rgb;
  Place place = find_place (pixel);

  if (!place.inside) {
    color = vec4 (0.0, 0.0, 0.0, 1.0);
    return;
  }
  if (!find_cover (place, rgb))
    rgb = find_levels (place, find_threshold (pixel));
  color = vec4 (rgb / 255.0, 1.0);
}
