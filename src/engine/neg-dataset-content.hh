/* The tree of a structured report or a key object selection (PS3.3 C.17.3). Private to neg-dataset*.cc. */
#pragma once

#include <string>
#include <unordered_map>

#include "engine/neg-dataset-references.hh"

namespace neg {

constexpr gsize content_items_max = 100000; /* beside each other */

struct Concept {
  std::string scheme, value, meaning;

  bool is (const char *scheme_, const char *value_) const { return scheme == scheme_ && value == value_; }
};

/* The first item of a code sequence; empty texts where there is none. */
Concept read_concept (const Item &item, const DcmTagKey &sequence);

inline Concept
read_name (const Item &item)
{
  return read_concept (item, DCM_ConceptNameCodeSequence);
}

/* A content item of @type (CONTAINER, NUM, ...). */
inline bool
is_content (const Item &item, const char *type)
{
  return item.code_is (DCM_ValueType, type);
}

/* Where the images are that a document refers to: its evidence sequences (C.17.2.3). */
class Evidence {
public:
  explicit Evidence (const Item &root);

  /* Adds study and series to references that have none. */
  void place (NegImageReference *reference) const;

private:
  std::unordered_map<std::string, std::pair<std::string, std::string>> places; /* instance: study, series */
};

/* The person who observed, as the root or its children say; given, nullable. */
char *read_observer (const Item &root);

} // namespace neg
