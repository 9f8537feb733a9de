/* What all fragment shaders share: which pixel of the picture is drawn, tables, and the way from the output of a VOI to
 * the display. Part of each of them, in front. */

uniform ivec2 origin; /* of the picture in the framebuffer */
uniform ivec2 size;
uniform bool rows_from_top;

uniform usampler2D presentation_lut;
uniform sampler2D curve; /* of the display: CURVE_STEPS + 1 levels */
uniform bool inverted;
uniform int presentation_last; /* < 0: no presentation LUT */
uniform float presentation_maximum;
uniform bool has_curve;
uniform bool dithered;
uniform bool luminance; /* colour for a picture of one channel */

const int TABLE_WIDTH = 256;
const int CURVE_STEPS = 1024;

out vec4 color;

ivec2
find_pixel ()
{
  ivec2 pixel = ivec2 (gl_FragCoord.xy) - origin;

  return ivec2 (pixel.x, rows_from_top ? size.y - 1 - pixel.y : pixel.y);
}

/* Sum of two 32.32 numbers, whole part and fraction. */
ivec2
add_fixed (ivec2 a, ivec2 b)
{
  uint fraction = uint (a.y) + uint (b.y);

  return ivec2 (a.x + b.x + int (fraction < uint (a.y)), int (fraction));
}

uvec4
look_up (usampler2D table, int index)
{
  return texelFetch (table, ivec2 (index % TABLE_WIDTH, index / TABLE_WIDTH), 0);
}

/* ---- from the output of the VOI, 0 to 1, to the display */

float
from_presentation_lut (float value)
{
  float place = value * float (presentation_last);
  int below = clamp (int (place), 0, presentation_last);
  float low = float (look_up (presentation_lut, below).r);
  float high = float (look_up (presentation_lut, min (below + 1, presentation_last)).r);

  return (low + (high - low) * (place - float (below))) / presentation_maximum;
}

float
level_of (int index)
{
  return texelFetch (curve, ivec2 (index % TABLE_WIDTH, index / TABLE_WIDTH), 0).r;
}

float
from_curve (float value)
{
  float place = clamp (value, 0.0, 1.0) * float (CURVE_STEPS);
  int below = min (int (place), CURVE_STEPS - 1);

  return mix (level_of (below), level_of (below + 1), place - float (below));
}

float
tone (float value)
{
  if (presentation_last >= 0)
    value = from_presentation_lut (value);
  if (inverted)
    value = 1.0 - value;
  return has_curve ? from_curve (value) : value;
}

/* As imaging/neg-draw-private.h has it. */
float
find_threshold (ivec2 pixel)
{
  int rank = 0;

  if (!dithered)
    return 0.5;
  for (int i = 0; i < 3; i++)
    rank = rank << 2 | ((pixel.x ^ pixel.y) >> i & 1) << 1 | (pixel.y >> i & 1);
  return (float (rank) + 0.5) / 64.0;
}

/* Levels 0 to 255 of a colour, as the one grey that a picture without colour has for it. */
vec3
without_color (vec3 rgb)
{
  if (luminance && (rgb.r != rgb.g || rgb.g != rgb.b))
    rgb = vec3 (floor (dot (rgb, vec3 (0.299, 0.587, 0.114)) + 0.5));
  return rgb;
}
