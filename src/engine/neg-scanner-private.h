/* The scanner's parts, in the order in which an object goes through them. Internal. Thread: any. */
#pragma once

#include "engine/neg-element.h"
#include "engine/neg-scanner.h"

G_BEGIN_DECLS

/* Finds the data set: preamble, meta header, transfer syntax, encoding. Inflates a deflated data set: then *data reads
 * the inflated bytes and the caller clears it, else it is @source itself. */
gboolean neg_scan_preamble (NegSource *source, NegLayout *layout, NegEncoding *encoding, GError **error);
gboolean neg_scan_inflate (NegSource *source, NegLayout *layout, GError **error);

/* What the transfer syntax says about the codec; *encoding as PS3.5 Annex A fixes it. FALSE: an unknown UID. */
gboolean neg_scan_lookup_syntax (const char *uid, NegEncoding *encoding, NegCodec *codec);

/* TRUE when a value is to be walked as items, *inside being their encoding. */
gboolean neg_scan_opens_sequence (NegSource *source, const NegElement *element, NegEncoding encoding,
                                  NegEncoding *inside);

/* Walks everything inside one sequence without recursion; *position is where it ends. NEG_ERROR_TRUNCATED when the
 * object ends inside. */
gboolean neg_scan_skip_sequence (NegSource *source, const NegElement *sequence, NegEncoding encoding,
                                 guint *n_elements, guint64 *position, GError **error);

/* Takes the pixel element and the offset table, and checks that the object's statements about the pixels agree. */
gboolean neg_scan_take_offsets (NegSource *source, const NegElement *element, NegEncoding encoding,
                                NegLayout *layout, GError **error);
gboolean neg_scan_take_pixels (NegSource *source, const NegElement *element, NegEncoding encoding,
                               NegLayout *layout, GError **error);
gboolean neg_scan_check_pixels (NegLayout *layout, GError **error);

G_END_DECLS
