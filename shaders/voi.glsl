/* The VOI of values that come in single precision. Part of the shaders that need it, after display.glsl. */

uniform usampler2D voi_lut;
uniform int voi_kind;       /* RAMP, SIGMOID, TABLE */
uniform vec3 voi_window;    /* middle, 1 / span, what a value is multiplied by before */
uniform vec3 voi_lut_range; /* first, last, maximum */

const int RAMP = 0;
const int SIGMOID = 1;
const int TABLE = 2;

float
apply_window (int kind, vec2 window, float value)
{
  float place = (value - window.x) * window.y;

  return kind == SIGMOID ? 1.0 / (1.0 + exp (clamp (-4.0 * place, -80.0, 80.0))) : clamp (place + 0.5, 0.0, 1.0);
}

float
apply_table (usampler2D table, vec3 range, float value)
{
  float index = clamp (value - range.x, 0.0, range.y);
  float below = floor (index);
  float low = float (look_up (table, int (below)).r);
  float high = float (look_up (table, int (min (below + 1.0, range.y))).r);

  return (low + (high - low) * (index - below)) / range.z;
}

float
apply_voi (float value)
{
  value *= voi_window.z;
  return voi_kind == TABLE ? apply_table (voi_lut, voi_lut_range, value)
                           : apply_window (voi_kind, voi_window.xy, value);
}
