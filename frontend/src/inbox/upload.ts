// Uploads by XMLHttpRequest, the only way to learn how far one has come.
import { ApiError, base, refusal } from "./api.ts";

export interface Uploaded {
  mediaId: string;
  mimeType: string;
  fileSize: number;
  filename: string | null;
}

export function upload(file: Blob, name: string, onProgress: (share: number) => void, signal: AbortSignal): Promise<Uploaded> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file, name);
    request.open("POST", `${base}media`);
    request.setRequestHeader("X-Requested-With", "inbox");
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onerror = () => reject(new ApiError(0, "OFFLINE", "", null));
    request.onabort = () => reject(new DOMException("cancelled", "AbortError"));
    request.onload = () => {
      if (request.status >= 400) {
        return reject(refusal(request.status, request.responseText, request.getResponseHeader("Retry-After")));
      }
      resolve((JSON.parse(request.responseText) as { data: Uploaded }).data);
    };
    signal.addEventListener("abort", () => request.abort(), { once: true });
    if (signal.aborted) return reject(new DOMException("cancelled", "AbortError"));
    request.send(form);
  });
}
