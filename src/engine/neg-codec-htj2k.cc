#include "config.h"

#include "engine/neg-codec-private.h"

#include <openjph/ojph_arch.h>
#include <openjph/ojph_codestream.h>
#include <openjph/ojph_file.h>
#include <openjph/ojph_mem.h>
#include <openjph/ojph_message.h>
#include <openjph/ojph_params.h>

#include <memory>
#include <new>
#include <vector>

#include "base/neg-error.h"

namespace {

/* The library works in 32 bits with some of them for itself: samples of more bits go to the other one. */
constexpr guint precision_max = 16;

struct Failed {};

class Thrower final : public ojph::message_error {
public:
  void
  operator() (int, const char *, int, const char *, ...) override
  {
    throw Failed ();
  }
};

class Silence final : public ojph::message_warning {
public:
  void
  operator() (int, const char *, int, const char *, ...) override
  {
  }
};

Thrower thrower;
Silence silence;

template <typename Cell>
void
put_line (const ojph::si32 *values, Cell *target, guint32 columns, guint32 stride, ojph::si32 low, ojph::si32 high)
{
  for (guint32 i = 0; i < columns; i++) {
    const ojph::si32 value = values[i] < low ? low : values[i] > high ? high : values[i];

    target[static_cast<gsize> (i) * stride] = static_cast<Cell> (value);
  }
}

/* Called with constants where it matters, so that the loop for one sample becomes vectors. */
template <typename Cell>
void
put_row (const ojph::si32 *values, const NegCells *cells, guint32 row, guint32 component, ojph::si32 low,
         ojph::si32 high)
{
  Cell *target = reinterpret_cast<Cell *> (cells->cells)
                 + static_cast<gsize> (row) * cells->columns * cells->samples + component;

  if (cells->samples == 1)
    put_line (values, target, cells->columns, 1, low, high);
  else if (cells->samples == 3)
    put_line (values, target, cells->columns, 3, low, high);
  else
    put_line (values, target, cells->columns, cells->samples, low, high);
}

void
pull_rows (ojph::codestream &codestream, const NegCodestream *header, const NegCells *cells)
{
  /* Lossy decoding overshoots the range that the codestream declares. */
  const ojph::si32 high = (1 << (header->precision - (header->is_signed ? 1 : 0))) - 1;
  const ojph::si32 low = header->is_signed ? -high - 1 : 0;
  std::vector<guint32> rows (cells->samples, 0);

  for (guint64 n = static_cast<guint64> (cells->rows) * cells->samples; n > 0; n--) {
    ojph::ui32 component = 0;
    const ojph::line_buf *line = codestream.pull (component);

    if (line == nullptr || component >= cells->samples || rows[component] >= cells->rows
        || line->size < cells->columns)
      throw Failed ();
    if (cells->bytes_per_cell == 1)
      put_row<guint8> (line->i32, cells, rows[component]++, component, low, high);
    else if (cells->bytes_per_cell == 2)
      put_row<guint16> (line->i32, cells, rows[component]++, component, low, high);
    else
      put_row<guint32> (line->i32, cells, rows[component]++, component, low, high);
  }
}

bool
fits (ojph::codestream &codestream, const NegCells *cells)
{
  ojph::param_siz siz = codestream.access_siz ();

  if (siz.get_num_components () != cells->samples)
    return false;
  for (ojph::ui32 i = 0; i < cells->samples; i++)
    if (siz.get_recon_width (i) != cells->columns || siz.get_recon_height (i) != cells->rows)
      return false;
  return true;
}

bool
decode (const NegCodestream *header, const guint8 *data, gsize length, const NegCells *cells)
{
  ojph::mem_infile input;
  ojph::codestream codestream;

  input.open (data, length);
  codestream.read_headers (&input);
  if (!fits (codestream, cells))
    return false;
  codestream.create ();
  pull_rows (codestream, header, cells);
  codestream.close ();
  return true;
}

} // namespace

/* What OpenJPH cannot do (samples of many bits, Part 1 code blocks in the same codestream, progression changes) or
 * refuses, OpenJPEG decodes or refuses with its reason: at half the speed, and for good. */
gboolean
neg_codec_htj2k_decode (const NegCodestream *stream, const guint8 *data, gsize length, const NegCells *cells,
                        GError **error)
{
  bool done = false;

  if (stream->precision <= precision_max && stream->is_high_throughput)
    try {
      ojph::configure_error (&thrower);
      ojph::configure_warning (&silence);
      done = decode (stream, data, length, cells);
    } catch (...) {
      done = false;
    }
  return done || neg_codec_j2k_decode (stream, data, length, cells, error);
}
