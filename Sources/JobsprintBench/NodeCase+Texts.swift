// The nodes that read and write texts: dates, signatures, markup, files.

import JobsprintDomain

extension NodeCase {
  static let dates: [NodeCase] = [
    NodeCase(
      name: "dateTime (format)", type: "n8n-nodes-base.dateTime", version: 2,
      parameters: [
        "operation": "formatDate", "date": "={{ $json.since }}", "format": "MM/dd/yyyy",
        "options": ["includeInputFields": true],
      ],
      script: """
        const two = number => String(number).padStart(2, '0');
        return items.map(i => { const date = new Date(i.json.since);
          const formattedDate = `${two(date.getUTCMonth() + 1)}/${two(date.getUTCDate())}/${date.getUTCFullYear()}`;
          return {json: {...i.json, formattedDate}, pairedItem: i.pairedItem} })
        """),
    NodeCase(
      name: "dateTime (add)", type: "n8n-nodes-base.dateTime", version: 2,
      parameters: ["operation": "addToDate", "magnitude": "={{ $json.since }}", "timeUnit": "days", "duration": 7],
      script: """
        return items.map(i => { const date = new Date(i.json.since); date.setUTCDate(date.getUTCDate() + 7);
          return {json: {newDate: date.toISOString()}, pairedItem: i.pairedItem} })
        """),
    NodeCase(
      name: "dateTime (version 1)", type: "n8n-nodes-base.dateTime", version: 1,
      parameters: ["value": "={{ $json.since }}", "toFormat": "DD.MM.YYYY", "dataPropertyName": "day"],
      script: """
        const two = number => String(number).padStart(2, '0');
        return items.map(i => { const date = new Date(i.json.since);
          const day = `${two(date.getUTCDate())}.${two(date.getUTCMonth() + 1)}.${date.getUTCFullYear()}`;
          return {json: {...i.json, day}, pairedItem: i.pairedItem} })
        """),
  ]

  static let cryptography: [NodeCase] = [
    NodeCase(
      name: "crypto (SHA-256)", type: "n8n-nodes-base.crypto", version: 1,
      parameters: ["action": "hash", "type": "SHA256", "value": "={{ $json.email }}", "dataPropertyName": "hash"],
      script: """
        const {createHash} = require('crypto'); return items.map(i => ({json: {...i.json,
          hash: createHash('sha256').update(i.json.email).digest('hex')}, pairedItem: i.pairedItem}))
        """),
    NodeCase(
      name: "crypto (HMAC)", type: "n8n-nodes-base.crypto", version: 1,
      parameters: [
        "action": "hmac", "type": "SHA256", "value": "={{ $json.email }}", "secret": "secret",
        "dataPropertyName": "code",
      ],
      script: """
        const {createHmac} = require('crypto'); return items.map(i => ({json: {...i.json,
          code: createHmac('sha256', 'secret').update(i.json.email).digest('hex')}, pairedItem: i.pairedItem}))
        """),
    NodeCase(
      name: "jwt (sign)", type: "n8n-nodes-base.jwt", version: 1,
      parameters: ["operation": "sign", "claims": ["subject": "={{ $json.email }}"]],
      script: """
        const {createHmac} = require('crypto'), iat = Math.floor(Date.now() / 1000);
        const part = value => Buffer.from(JSON.stringify(value)).toString('base64url');
        return items.map(i => {
          const text = part({alg: 'HS256', typ: 'JWT'}) + '.' + part({subject: i.json.email, iat});
          const token = text + '.' + createHmac('sha256', 'secret').update(text).digest('base64url');
          return {json: {token}, pairedItem: i.pairedItem} })
        """, secrets: ["jwtAuth": ["secret": "secret"]]),
    NodeCase(
      name: "jwt (verify)", type: "n8n-nodes-base.jwt", version: 1,
      parameters: ["operation": "verify", "token": "={{ $json.token }}"],
      script: """
        const {createHmac, timingSafeEqual} = require('crypto'), now = Date.now() / 1000;
        const read = part => JSON.parse(Buffer.from(part, 'base64url').toString());
        return items.map(i => { const [header, claims, signature] = i.json.token.split('.');
          const expected = createHmac('sha256', 'secret').update(header + '.' + claims).digest();
          const given = Buffer.from(signature, 'base64url'), payload = read(claims);
          if (read(header).alg !== 'HS256' || given.length !== expected.length || !timingSafeEqual(given, expected)
            || payload.exp <= now || payload.nbf > now) throw new Error('not valid');
          return {json: {payload}, pairedItem: i.pairedItem} })
        """, sources: [.tokens], secrets: ["jwtAuth": ["secret": "secret"]]),
    NodeCase(
      name: "totp", type: "n8n-nodes-base.totp", version: 1, parameters: [:],
      script: """
        const {createHmac} = require('crypto'), letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
        const bits = [...'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ']
          .map(letter => letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
        const key = Buffer.from(bits.match(/.{8}/g).map(byte => parseInt(byte, 2)));
        return items.map(i => { const now = Math.floor(Date.now() / 1000), counter = Buffer.alloc(8);
          counter.writeBigUInt64BE(BigInt(Math.floor(now / 30)));
          const code = createHmac('sha1', key).update(counter).digest(), start = code[code.length - 1] & 15;
          const token = String((code.readUInt32BE(start) & 0x7fffffff) % 1e6).padStart(6, '0');
          return {json: {token, secondsRemaining: 30 - now % 30}, pairedItem: i.pairedItem} })
        """, secrets: ["totpApi": ["secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"]]),
  ]

  static let markup: [NodeCase] = [
    NodeCase(
      name: "markdown (to HTML)", type: "n8n-nodes-base.markdown", version: 1,
      parameters: [
        "mode": "markdownToHtml",
        "markdown": """
        =# {{ $json.name }}

        - **{{ $json.region }}**
        - [{{ $json.email }}](https://example.com/{{ $json.id }})
        """,
      ]),
    NodeCase(
      name: "markdown (of HTML)", type: "n8n-nodes-base.markdown", version: 1,
      parameters: ["mode": "htmlToMarkdown", "html": "={{ $json.data }}"], sources: [.pages]),
    NodeCase(
      name: "xml (to JSON)", type: "n8n-nodes-base.xml", version: 1, parameters: [:], sources: [.documents]),
    NodeCase(
      name: "xml (of JSON)", type: "n8n-nodes-base.xml", version: 1, parameters: ["mode": "jsonToxml"],
      script: """
        const text = value => value === null ? '' : String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;')
          .replaceAll('>', '&gt;').replaceAll('\\r', '&#xD;');
        const element = (name, value, indent) => Array.isArray(value)
          ? value.map(inner => element(name, inner, indent)).join('\\n')
          : value !== null && typeof value === 'object'
          ? `${indent}<${name}>\\n${elements(value, indent + '  ')}\\n${indent}</${name}>`
          : value === null || value === '' ? `${indent}<${name}/>` : `${indent}<${name}>${text(value)}</${name}>`;
        const elements = (object, indent) =>
          Object.entries(object).map(([name, value]) => element(name, value, indent)).join('\\n');
        const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\\n';
        return items.map(i => ({json: {data: head + element('root', i.json, '')}, pairedItem: i.pairedItem}))
        """),
    NodeCase(
      name: "html (template)", type: "n8n-nodes-base.html", version: 1.2,
      parameters: [
        "operation": "generateHtmlTemplate",
        "html": "<h1>{{ $json.name }}</h1><p>{{ $json.email }}</p><p>{{ $json.region }}: {{ $json.amount }}</p>",
      ],
      script: """
        // Joined: the pieces of a template literal are put together only when somebody reads the text.
        return items.map(({json: {name, email, region, amount}, pairedItem}) => ({json: {
          html: ['<h1>', name, '</h1><p>', email, '</p><p>', region, ': ', amount, '</p>'].join('')}, pairedItem}))
        """),
    NodeCase(
      name: "html (table)", type: "n8n-nodes-base.html", version: 1.2,
      parameters: ["operation": "convertToHtmlTable", "options": ["customStyling": true]],
      script: """
        const columns = [...new Set(items.flatMap(i => Object.keys(i.json)))];
        const cell = value => value === undefined || value === null ? ''
          : typeof value === 'boolean' ? `<input type="checkbox"${value ? ' checked="checked"' : ''}/>`
          : typeof value === 'object' ? JSON.stringify(value) : String(value);
        const row = json => `<tr>${columns.map(name => `<td>${cell(json[name])}</td>`).join('')}</tr>`;
        const table = `<table><thead><tr>${columns.map(name => `<th>${name}</th>`).join('')}</tr></thead><tbody>`
          + items.map(i => row(i.json)).join('') + '</tbody></table>';
        return [{json: {table}, pairedItem: items.map(i => i.pairedItem)}]
        """),
    NodeCase(
      name: "html (extract)", type: "n8n-nodes-base.html", version: 1.2,
      parameters: ["operation": "extractHtmlContent", "extractionValues": extraction], sources: [.pages]),
    NodeCase(
      name: "htmlExtract", type: "n8n-nodes-base.htmlExtract", version: 1,
      parameters: ["extractionValues": extraction], sources: [.pages]),
  ]

  private static let extraction: JSONValue = [
    "values": [
      ["key": "name", "cssSelector": "h1", "returnValue": "text"],
      ["key": "tags", "cssSelector": "ul > li", "returnValue": "text", "returnArray": true],
      ["key": "address", "cssSelector": "a", "returnValue": "attribute", "attribute": "href"],
    ]
  ]

  static let files: [NodeCase] = [
    NodeCase(
      name: "convertToFile (CSV)", type: "n8n-nodes-base.convertToFile", version: 1.1,
      parameters: ["operation": "csv"],
      script: """
        const columns = [...new Set(items.flatMap(i => Object.keys(i.json)))];
        const cell = value => { const text = value === undefined || value === null ? ''
            : typeof value === 'object' ? JSON.stringify(value) : String(value);
          return /[",\\n\\r]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text };
        const lines = [columns.map(cell).join(','), ...items.map(i => columns.map(c => cell(i.json[c])).join(','))];
        const data = Buffer.from('\\ufeff' + lines.join('\\n')).toString('base64');
        return [{json: {}, binary: {data: {data, mimeType: 'text/csv', fileName: 'spreadsheet.csv'}},
          pairedItem: items.map(i => i.pairedItem)}]
        """),
    NodeCase(
      name: "convertToFile (JSON)", type: "n8n-nodes-base.convertToFile", version: 1.1,
      parameters: ["operation": "toJson"],
      script: """
        const data = Buffer.from(JSON.stringify(items.map(i => i.json))).toString('base64');
        return [{json: {}, binary: {data: {data, mimeType: 'application/json', fileName: 'file.json'}},
          pairedItem: items.map(i => i.pairedItem)}]
        """),
    NodeCase(
      name: "convertToFile (texts)", type: "n8n-nodes-base.convertToFile", version: 1.1,
      parameters: ["operation": "toText", "sourceProperty": "email"],
      script: """
        return items.map(i => { const bytes = Buffer.from(i.json.email);
          return {json: {}, binary: {data: {data: bytes.toString('base64'), mimeType: 'text/plain', fileType: 'text',
            fileName: 'file.txt', fileExtension: 'txt', fileSize: bytes.length + ' B'}}, pairedItem: i.pairedItem} })
        """),
    NodeCase(
      name: "extractFromFile (JSON)", type: "n8n-nodes-base.extractFromFile", version: 1,
      parameters: ["operation": "fromJson"],
      script: """
        return items.map(i => { const text = Buffer.from(i.binary.data.data, 'base64').toString();
          return {json: {data: JSON.parse(text.replace(/^\\ufeff/, ''))}, pairedItem: i.pairedItem} })
        """, sources: [.files]),
    NodeCase(
      name: "extractFromFile (CSV)", type: "n8n-nodes-base.extractFromFile", version: 1,
      parameters: ["operation": "csv"],
      script: """
        const text = Buffer.from(items[0].binary.data.data, 'base64').toString(), rows = [];
        let row = [], at = 0;
        while (at < text.length) { let field = '';
          if (text[at] === '"') for (at++;;) { const end = text.indexOf('"', at); field += text.slice(at, end);
            at = end + 1; if (text[at] !== '"') break; field += '"'; at++ }
          else { const start = at; while (at < text.length && text[at] !== ',' && text[at] !== '\\n') at++;
            field = text.slice(start, at) }
          row.push(field); if (text[at] !== ',') { rows.push(row); row = [] } at++ }
        const [names, ...records] = rows;
        return records.map(record => { const json = {};
          for (let c = 0; c < names.length; c++) if (record[c] !== '') json[names[c]] = record[c];
          return {json, pairedItem: items[0].pairedItem} })
        """, sources: [.table]),
    NodeCase(
      name: "moveBinaryData (to JSON)", type: "n8n-nodes-base.moveBinaryData", version: 1.1, parameters: [:],
      script: """
        return items.map(i => { const text = Buffer.from(i.binary.data.data, 'base64').toString();
          return {json: JSON.parse(text.replace(/^\\ufeff/, '')), pairedItem: i.pairedItem} })
        """, sources: [.files]),
    NodeCase(
      name: "moveBinaryData (to files)", type: "n8n-nodes-base.moveBinaryData", version: 1.1,
      parameters: ["mode": "jsonToBinary"],
      script: """
        return items.map(i => { const bytes = Buffer.from(JSON.stringify(i.json));
          return {json: {}, binary: {data: {data: bytes.toString('base64'), mimeType: 'application/json',
            fileType: 'json', fileName: 'file.json', fileExtension: 'json', fileSize: bytes.length + ' B'}},
            pairedItem: i.pairedItem} })
        """),
    NodeCase(
      name: "iCal", type: "n8n-nodes-base.iCal", version: 1,
      parameters: [
        "title": "={{ $json.name }}", "start": "={{ $json.since }}", "end": "={{ $json.since }}",
        "additionalFields": ["calName": "Customers", "location": "Berlin"],
      ],
      script: """
        const basic = date => date.toISOString().slice(0, 19).replace(/[-:]/g, '') + 'Z', stamp = basic(new Date());
        const escape = text => text.replace(/[\\\\;,]/g, '\\\\$&').replace(/\\n/g, '\\\\n');
        return items.map((i, place) => { const time = basic(new Date(i.json.since));
          const bytes = Buffer.from(['BEGIN:VCALENDAR', 'VERSION:2.0', 'CALSCALE:GREGORIAN', 'PRODID:bench',
            'METHOD:PUBLISH', 'X-WR-CALNAME:Customers', 'X-PUBLISHED-TTL:PT1H', 'BEGIN:VEVENT', 'UID:1:0:' + place,
            'SUMMARY:' + escape(i.json.name), 'DTSTAMP:' + stamp, 'DTSTART:' + time, 'DTEND:' + time,
            'LOCATION:Berlin', 'END:VEVENT', 'END:VCALENDAR', ''].join('\\r\\n'));
          return {json: {}, binary: {data: {data: bytes.toString('base64'), mimeType: 'text/calendar', fileType: 'text',
            fileName: 'event.ics', fileExtension: 'ics', fileSize: bytes.length + ' B'}}, pairedItem: i.pairedItem} })
        """),
  ]
}
