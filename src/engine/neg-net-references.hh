// Lists of objects in data sets of storage commitment (PS3.4 J.3): nothing here but data sets. Thread: any.
#pragma once

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <glib.h>

namespace neg {

// As many as one question or one answer may name.
constexpr gsize net_references_max = 100000;

// @text when it is a UID of digits and dots, else "".
const char *net_check_uid (const char *text);
const char *net_read_uid (DcmItem *item, const DcmTagKey &tag); // likewise

// a(ss) (class, instance) or, of failures, a(ssu) with the reason; floating. What is beyond the most is left out.
GVariant *net_read_references (DcmItem *item, const DcmTagKey &tag, bool with_reason);

// What an N-ACTION asks: (ssa(ss)) transaction, performed procedure step ("" not said), objects; floating. nullptr: *status says
// why it is none (PS3.7 10.1.4.1.10).
GVariant *net_read_question (DcmDataset *dataset, guint *status);

// Both ways: a sequence of a(ss) or a(ssu); none where the list is empty. false: no memory, or a value that is none.
bool net_add_references (DcmItem *item, const DcmTagKey &tag, GVariant *references);

} // namespace neg
