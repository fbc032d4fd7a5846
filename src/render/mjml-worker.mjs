// Beside the main thread: MJML takes 90 MB, which go when this thread ends. Plain JavaScript, so that it runs unbuilt as well.
import { parentPort } from 'node:worker_threads';
import mjml from 'mjml';

parentPort?.on('message', ({ id, source }) => {
  void convert(source).then((result) => parentPort?.postMessage({ id, ...result }));
});

/** @param {string} source */
async function convert(source) {
  try {
    // No fonts: by itself MJML fetches some, such as Roboto, from Google, which then learns who opens a mail.
    const { html, errors } = await mjml(source, {
      validationLevel: 'soft',
      keepComments: false,
      minify: true,
      ignoreIncludes: true,
      fonts: {},
    });
    return { html, errors: errors.map(({ line, message }) => ({ line, message })) };
  } catch (error) {
    return { html: '', errors: [{ line: 1, message: error instanceof Error ? error.message : String(error) }] };
  }
}
