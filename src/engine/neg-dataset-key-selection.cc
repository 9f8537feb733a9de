#include "config.h"

#include "engine/neg-dataset-content.hh"

namespace neg {

namespace {

class SelectionReader {
public:
  SelectionReader (const Item &root_, NegKeySelection *selection_)
      : root (root_), selection (selection_), references (root_.reading), evidence (root_)
  {
  }

  void read ();

private:
  void read_part (const Item &item);
  void read_references (const Item &item);

  const Item &root;
  NegKeySelection *selection; /* borrowed */
  ReferenceReader references;
  Evidence evidence;
};

} // namespace

void
SelectionReader::read_references (const Item &item)
{
  guint32 n = selection->references.n;

  for (const Item &part : item.items (DCM_ReferencedSOPSequence, 1))
    if (!references.read_one (part, &selection->references))
      root.reading->warn ("An item of %s is malformed and was left out", TagName (DCM_ReferencedSOPSequence).text);
  for (; n < selection->references.n; n++)
    evidence.place (&selection->references.items[n]);
}

/* TID 2010 */
void
SelectionReader::read_part (const Item &item)
{
  if (is_content (item, "IMAGE") || is_content (item, "COMPOSITE") || is_content (item, "WAVEFORM"))
    return read_references (item);
  if (is_content (item, "TEXT") && selection->description == nullptr && read_name (item).is ("DCM", "113012"))
    selection->description = item.text (DCM_TextValue);
  if (is_content (item, "CODE") && selection->modifier_value == nullptr && read_name (item).is ("DCM", "113011")) {
    Concept modifier = read_concept (item, DCM_ConceptCodeSequence);

    if (modifier.scheme == "DCM" && !modifier.value.empty ()) {
      selection->modifier_value = g_strdup (modifier.value.c_str ());
      selection->modifier_meaning = modifier.meaning.empty () ? nullptr : g_strdup (modifier.meaning.c_str ());
    }
  }
}

void
SelectionReader::read ()
{
  Concept title = read_name (root);

  selection->title_scheme = title.scheme.empty () ? nullptr : g_strdup (title.scheme.c_str ());
  selection->title_value = title.value.empty () ? nullptr : g_strdup (title.value.c_str ());
  selection->title_meaning = title.meaning.empty () ? nullptr : g_strdup (title.meaning.c_str ());
  selection->observer = read_observer (root);
  for (const Item &item : root.items (DCM_ContentSequence, content_items_max))
    read_part (item);
}

NegKeySelection *
read_key_selection (const Item &root)
{
  g_autoptr (NegKeySelection) selection = neg_key_selection_new ();

  SelectionReader (root, selection).read ();
  if (selection->references.n > 0)
    return g_steal_pointer (&selection);
  /* A rejection of nothing must not become one of everything. */
  root.reading->warn ("The key object selection refers to nothing and has no effect");
  return nullptr;
}

} // namespace neg
