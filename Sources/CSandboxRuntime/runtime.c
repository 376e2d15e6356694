#include "CSandboxRuntime.h"

// Supported by the compiler in all modes of C, and part of the language since C23.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const char text[] = {
#embed "Runtime/Sections.js" suffix(, '\n', )
#embed "Runtime/Bytes.js" suffix(, '\n', )
#embed "Runtime/Calendar.js" suffix(, '\n', )
#embed "Runtime/CodeResults.js" suffix(, '\n', )
#embed "Runtime/CodeRunner.js" suffix(, '\n', )
#embed "Runtime/CollectionExtensions.js" suffix(, '\n', )
#embed "Runtime/Compiler.js" suffix(, '\n', )
#embed "Runtime/Console.js" suffix(, '\n', )
#embed "Runtime/DataProxy.js" suffix(, '\n', )
#embed "Runtime/DateExtensions.js" suffix(, '\n', )
#embed "Runtime/DateTime.js" suffix(, '\n', )
#embed "Runtime/DateTimeParsing.js" suffix(, '\n', )
#embed "Runtime/DateTimeText.js" suffix(, '\n', )
#embed "Runtime/Duration.js" suffix(, '\n', )
#embed "Runtime/Evaluator.js" suffix(, '\n', )
#embed "Runtime/Extend.js" suffix(, '\n', )
#embed "Runtime/FormatTokens.js" suffix(, '\n', )
#embed "Runtime/Globals.js" suffix(, '\n', )
#embed "Runtime/Hashes.js" suffix(, '\n', )
#embed "Runtime/Interval.js" suffix(, '\n', )
#embed "Runtime/Intrinsics.js" suffix(, '\n', )
#embed "Runtime/IsoText.js" suffix(, '\n', )
#embed "Runtime/JMESPath.js" suffix(, '\n', )
#embed "Runtime/JMESPathFunctions.js" suffix(, '\n', )
#embed "Runtime/Json.js" suffix(, '\n', )
#embed "Runtime/Names.js" suffix(, '\n', )
#embed "Runtime/NodeGlobals.js" suffix(, '\n', )
#embed "Runtime/NodeModules.js" suffix(, '\n', )
#embed "Runtime/NumberExtensions.js" suffix(, '\n', )
#embed "Runtime/Pairing.js" suffix(, '\n', )
#embed "Runtime/Parameters.js" suffix(, '\n', )
#embed "Runtime/Problems.js" suffix(, '\n', )
#embed "Runtime/Scene.js" suffix(, '\n', )
#embed "Runtime/StringExtensions.js" suffix(, '\n', )
#embed "Runtime/Timers.js" suffix(, '\n', )
#embed "Runtime/Tokens.js" suffix(, '\n', )
#embed "Runtime/Units.js" suffix(, '\n', )
#embed "Runtime/Zones.js" suffix(, '\n', )
#embed "Runtime/Entry.js" suffix(, '\n', )
    0,
};

const char *sandbox_runtime_text(void) { return text; }
