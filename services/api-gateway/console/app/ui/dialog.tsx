/**
 * A question or a page in front of the screen: what is behind it cannot be reached, and has the focus
 * again when it closes. Escape and the background close it, where it may be closed.
 */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

export interface DialogProps {
  readonly title: string;
  /** Left out for one that stays until what it asks for is there. */
  readonly onClose?: (() => void) | undefined;
  readonly children: ComponentChildren;
  readonly wide?: boolean | undefined;
}

export function Dialog({ title, onClose, children, wide = false }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.showModal();
    return () => before instanceof HTMLElement && before.focus();
  }, []);
  return (
    <dialog
      ref={ref}
      class={wide ? "wide" : ""}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
      // A browser closes it by itself at a second Escape, and the screen behind could be reached until
      // it is shown again; by other gestures it still may.
      onKeyDown={(event) =>
        onClose === undefined && event.key === "Escape" && event.preventDefault()}
      onClose={() => onClose === undefined ? ref.current?.showModal() : onClose()}
      onClick={(event) => event.target === ref.current && onClose?.()}
    >
      <header>
        <h2>{title}</h2>
        {onClose !== undefined && (
          <button type="button" class="plain" aria-label="Close" onClick={onClose}>×</button>
        )}
      </header>
      {children}
    </dialog>
  );
}
