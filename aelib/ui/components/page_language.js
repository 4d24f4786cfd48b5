// Sets the language of the document. data: code, as in `<html lang>`.

export default function ({ data }) {
  document.documentElement.lang = data.code;
}
